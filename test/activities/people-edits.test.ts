import { describePeopleEdits } from '../support/people-suite';

describePeopleEdits(__filename, { anywhere: 50, inGap: 5 }, 300_000);
