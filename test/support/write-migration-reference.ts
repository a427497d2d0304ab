/** `npm run schema`: writes the JSON Schema of the migration file, and the tables of its reference. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationSchemaText, REFERENCE_FILE, referenceText, SCHEMA_FILE } from './migration-reference';

const inRoot = (file: string): string => join(__dirname, '..', '..', file);

writeFileSync(inRoot(SCHEMA_FILE), migrationSchemaText());
writeFileSync(inRoot(REFERENCE_FILE), referenceText(readFileSync(inRoot(REFERENCE_FILE), 'utf8')));
