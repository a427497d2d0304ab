const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest, in this order. Until jest has seen them run it goes by the size of files: these would come last in a fresh clone, and the very last would keep one core alone. */
const LONGEST = ['fault-schedules', 'crash-points', 'people-edits', 'small-stories', 'recover.test', '/migration.test', 'pausing', 'together', 'web-ui', 'npsp', 'rollback', 'predictions'];

const placeOf = ({ path }) => {
  const place = LONGEST.findIndex((name) => path.includes(name));
  return place === -1 ? LONGEST.length : place;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => placeOf(one) - placeOf(other));
  }
};
