import type { Finding } from './finding';

/** Exit code of the command line for mistakes in configuration, source or mapping. */
const MAPPING_EXIT_CODE = 3;

/** @param place path of the setting in the migration file, from which the client finds its line */
export const mappingError = (code: string, place: string, message: string, remedy: string): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode: MAPPING_EXIT_CODE });
