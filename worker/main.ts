import './heap-growth';
import { runWorker } from './run-worker';

void runWorker({ environment: process.env });
