import { describePredictions } from '../support/prediction/prediction-suite';

describePredictions(__filename, Array.from({ length: 40 }, (_, at) => at + 1), 300_000);
