console.error('the ledger is on fire');
process.exit(3);
