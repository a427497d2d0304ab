import { describeSchedules } from '../support/driver/schedule-suite';

// Two files, so that both cores have their half.
describeSchedules(__filename, Array.from({ length: 150 }, (_, place) => 2 * place + 1), 15 * 60_000);
