/** Where the settings of a migration file stand in its text. */
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Finding } from './finding';

export type SettingPath = readonly PropertyKey[];

export const pathText = (path: SettingPath): string => path.map(String).join('.');

/**
 * The line of a setting, by its path as problems and findings name it (`objects.contacts.where.0.field`); of the nearest one above it that the file has. Null where
 * the path is none of this file.
 */
export function lineOfPlace({ document, lines }: OpenFile, place: string): number | null {
  let node: Node | null = document.contents;
  let offset: number | null = null;
  for (let rest = place; rest !== ''; ) {
    const step = stepInto(node, rest);
    if (step === null) {
      break;
    }
    [node, offset, rest] = [step.node, step.offset, step.rest];
  }
  return offset === null ? null : lines.linePos(offset).line;
}

/** The longest key that the path goes on with: keys may hold dots of their own. */
function stepInto(node: Node | null, place: string): { readonly node: Node | null; readonly offset: number; readonly rest: string } | null {
  const goesOn = (key: string): boolean => place === key || place.startsWith(`${key}.`);
  if (isMap(node)) {
    const [found] = node.items.flatMap(({ key, value }) => (isScalar(key) && goesOn(String(key.value)) ? [{ key, name: String(key.value), value: isNode(value) ? value : null }] : [])).sort((a, b) => b.name.length - a.name.length);
    return found?.key.range ? { node: found.value, offset: found.key.range[0], rest: place.slice(found.name.length + 1) } : null;
  }
  if (isSeq(node)) {
    const [index = ''] = place.split('.');
    const item: unknown = node.items[Number(index)];
    return isNode(item) && item.range ? { node: item, offset: item.range[0], rest: place.slice(index.length + 1) } : null;
  }
  return null;
}

export interface OpenFile {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Repeated keys are a mistake like any other, told with the rest. */
export function openYaml(text: string): OpenFile {
  const lines = new LineCounter();
  return { document: parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false }), lines };
}

/** Values that begin with `*` and name nothing: to YAML they are references. */
export function looseReferences({ document, lines }: OpenFile): readonly { readonly line: number; readonly name: string }[] {
  const loose: { readonly line: number; readonly name: string }[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) {
        loose.push({ line: lines.linePos(alias.range?.[0] ?? 0).line, name: alias.source });
      }
    },
  });
  return loose;
}

/** Keys that stand twice in one list of settings: the path, and the lines of both. */
export function repeatedKeys({ document, lines }: OpenFile): readonly { readonly path: SettingPath; readonly line: number; readonly firstLine: number }[] {
  const repeated: { readonly path: SettingPath; readonly line: number; readonly firstLine: number }[] = [];
  const look = (node: unknown, path: SettingPath): void => {
    if (isSeq(node)) {
      node.items.forEach((item, at) => look(item, [...path, at]));
    }
    const seen = new Map<string, number>();
    for (const { key, value } of isMap(node) ? node.items : []) {
      const name = isScalar(key) ? String(key.value) : '';
      const line = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 1;
      const first = seen.get(name);
      if (first === undefined) {
        seen.set(name, line);
      } else {
        repeated.push({ path: [...path, name], line, firstLine: first });
      }
      look(value, [...path, name]);
    }
  };
  look(document.contents, []);
  return repeated;
}

/** Where a path stands in the text; the nearest member above it that does. */
function offsetOf(document: Document.Parsed, path: SettingPath, part: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [at, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.findLast((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) {
        return offset;
      }
      const [key, value] = [pair.key, pair.value].map((side) => (isScalar(side) || isMap(side) || isSeq(side) ? side : null));
      const wanted = at === path.length - 1 && part === 'key' ? key : (value ?? key);
      offset = (isMap(wanted) || isSeq(wanted) ? key : wanted)?.range?.[0] ?? offset;
      node = value ?? null;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      node = isScalar(item) || isMap(item) || isSeq(item) ? item : null;
      offset = node?.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** The line of a setting or of its value, counted from 1; of the nearest setting above it that the file has. */
export const lineOf = ({ document, lines }: OpenFile, path: SettingPath, part: 'key' | 'value'): number => lines.linePos(offsetOf(document, path, part)).line;

/** Findings about settings, in the order of the file and each with the line that it is about; then the others as they are. */
export function withLines(findings: readonly Finding[], text: string, fileName: string): readonly Finding[] {
  const file = openYaml(text);
  const placed = findings.map((finding) => ({ finding, line: finding.place.includes('.') ? lineOfPlace(file, finding.place) : null }));
  const inFile = placed.flatMap(({ finding, line }) => (line === null ? [] : [{ finding, line }])).sort((a, b) => a.line - b.line);
  return [
    ...inFile.map(({ finding, line }) => ({ ...finding, place: `${fileName} line ${line}, ${finding.place}` })),
    ...placed.flatMap(({ finding, line }) => (line === null ? [finding] : [])),
  ];
}
