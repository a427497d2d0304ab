import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationSchemaText, REFERENCE_FILE, referenceText, SCHEMA_FILE } from '../support/migration-reference';

const read = (file: string): string => readFileSync(join(__dirname, '..', '..', file), 'utf8');

describe('the reference of the migration file', () => {
  it('has the JSON Schema that the code makes (else: npm run schema)', () => {
    expect(read(SCHEMA_FILE)).toBe(migrationSchemaText());
  });

  it('has the tables that the code makes (else: npm run schema)', () => {
    expect(read(REFERENCE_FILE)).toBe(referenceText(read(REFERENCE_FILE)));
  });
});
