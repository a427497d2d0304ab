import { describeCrashes } from '../support/driver/crash-tests';

describeCrashes(1);
