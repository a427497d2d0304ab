import { describeSideBySide } from '../support/side-by-side-suite';

describeSideBySide('fault-schedules.long', Array.from({ length: 100 }, (_, place) => place + 11), { atOnce: 4, timeoutMs: 30 * 60_000 });
