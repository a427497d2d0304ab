import { describeSideBySide } from '../support/side-by-side-suite';

describeSideBySide('fault-schedules', Array.from({ length: 10 }, (_, place) => place + 1), { atOnce: 4, timeoutMs: 600_000 });
