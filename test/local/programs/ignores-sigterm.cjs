process.on('SIGTERM', () => {});
setInterval(() => {}, 1000);
console.log('{}');
