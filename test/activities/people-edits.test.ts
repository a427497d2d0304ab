import { describePeopleEdits } from '../support/people-suite';

describePeopleEdits(__filename, { anywhere: 50, inGap: 5 }, 900_000);
