import { describeSchedules } from '../support/driver/schedule-suite';

// With the 300 of every test run, 5,000 schedules; two files, so that both cores have their half.
describeSchedules(__filename, Array.from({ length: 2_350 }, (_, place) => 301 + 2 * place), 3 * 60 * 60_000);
