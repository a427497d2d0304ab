import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMigrationFile } from '../../domain/migration-file.schema';
import { migrationSchemaText, REFERENCE_FILE, referenceText, SCHEMA_FILE } from '../support/migration-reference';

const read = (file: string): string => readFileSync(join(__dirname, '..', '..', file), 'utf8');

describe('the reference of the migration file', () => {
  it('has the JSON Schema that the code makes (else: npm run schema)', () => {
    expect(read(SCHEMA_FILE)).toBe(migrationSchemaText());
  });

  it('shows a file that is right', () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(read(REFERENCE_FILE)) ?? [];

    expect(parseMigrationFile(example, 'migration.yaml')).toHaveProperty('definition.objects.contacts.properties.company');
  });

  it('has the tables that the code makes (else: npm run schema)', () => {
    expect(read(REFERENCE_FILE)).toBe(referenceText(read(REFERENCE_FILE)));
  });
});
