console.log('Server listening, have fun');
setInterval(() => {}, 1000);
