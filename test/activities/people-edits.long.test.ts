import { describePeopleEdits } from '../support/people-suite';

describePeopleEdits(__filename, { anywhere: 1_000, inGap: 50 }, 7_200_000);
