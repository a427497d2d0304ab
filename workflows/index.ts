/** Every workflow type by its name: the entry that Temporal's bundler needs. */
export { idMapShard } from './id-map-shard';
export { migration } from './migration';
export { partition } from './partition';
export { phase } from './phase';
export { planning } from './planning';
export { rollback } from './rollback';
