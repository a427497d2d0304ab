// Says that it is ready, and what it sees of its environment and arguments; says more on both outputs later.
process.on('SIGTERM', () => process.exit(7));
setInterval(() => {}, 1000);
console.log(JSON.stringify({ environment: process.env, arguments: process.argv.slice(2), pid: process.pid }));
console.log('later on stdout');
console.error('later on stderr');
