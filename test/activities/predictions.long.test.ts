import { describePredictions } from '../support/prediction/prediction-suite';

describePredictions(__filename, Array.from({ length: 1_500 }, (_, at) => at + 1_001), 3_600_000);
