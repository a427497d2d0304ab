import { describeSideBySide } from '../support/side-by-side-suite';

describeSideBySide('fault-schedules', Array.from({ length: 10 }, (_, place) => place + 1), { atOnce: 10, timeoutMs: 300_000 });
