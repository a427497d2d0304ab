/**
 * Adds to a migration file that a person may have edited: new lines go in at their place, every line that is there stays as it is, to the blank. Where a map is
 * written in braces nothing can be added without touching a line; that is told instead.
 */
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair, Range, YAMLMap } from 'yaml';

export interface FileAddition {
  /** Map that gets the lines, e.g. objects, contacts, properties. What is missing of it is made. */
  readonly path: readonly string[];
  /** Without indentation, comments among them. */
  readonly lines: readonly string[];
}

export interface FileEdit {
  readonly text: string;
  /** What could not be added, for a person to add by hand. */
  readonly skipped: readonly FileAddition[];
}

const STEP = 2;

/** @param text a YAML document without errors, whose root is a map in lines */
export function addToFile(text: string, additions: readonly FileAddition[]): FileEdit {
  let edited = text;
  const skipped: FileAddition[] = [];
  for (const addition of additions) {
    const next = insert(edited, addition);
    if (next === null) {
      skipped.push(addition);
    } else {
      edited = next;
    }
  }
  return { text: edited, skipped };
}

interface Place {
  /** Offset of the beginning of the line before which lines go in. */
  readonly offset: number;
  readonly indent: number;
  /** Of the path, what is not there yet. */
  readonly missing: readonly string[];
}

function insert(text: string, { path, lines }: FileAddition): string | null {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const whole = text === '' || text.endsWith('\n') ? text : `${text}${lineBreak}`;
  const counter = new LineCounter();
  const document = parseDocument(whole, { lineCounter: counter });
  const place = placeFor(document, path, whole, (offset) => counter.linePos(offset).col - 1);
  if (place === null) {
    return null;
  }
  const { offset, indent, missing } = place;
  const above = missing.map((key, depth) => `${' '.repeat(indent + depth * STEP)}${key}:`);
  const added = [...above, ...lines.map((line) => `${' '.repeat(indent + missing.length * STEP)}${line}`)];
  return `${whole.slice(0, offset)}${added.join(lineBreak)}${lineBreak}${whole.slice(offset)}`;
}

function placeFor(document: Document.Parsed, path: readonly string[], text: string, columnOf: (offset: number) => number): Place | null {
  let map: Node | null = document.contents;
  for (const [depth, key] of path.entries()) {
    if (!isMap(map) || map.flow === true) {
      return null;
    }
    const pair = memberOf(map, key);
    if (pair === null) {
      return behindLast(map, path.slice(depth), text, columnOf);
    }
    const { key: name, value } = pair;
    if (isScalar(value) && value.value === null && isScalar(name)) {
      // `properties:` with nothing behind it, or with comments only.
      const start = name.range?.[0] ?? 0;
      return { offset: nextLine(text, start), indent: columnOf(start) + STEP, missing: path.slice(depth + 1) };
    }
    map = isMap(value) ? value : null;
  }
  return isMap(map) && map.flow !== true ? behindLast(map, [], text, columnOf) : null;
}

const memberOf = (map: YAMLMap, key: string): Pair | null => map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key) ?? null;

function behindLast(map: YAMLMap, missing: readonly string[], text: string, columnOf: (offset: number) => number): Place | null {
  const [first, last] = [map.items[0], map.items.at(-1)];
  if (first === undefined || last === undefined || !isScalar(first.key)) {
    return null;
  }
  return { offset: nextLine(text, endOf(last)), indent: columnOf(first.key.range?.[0] ?? 0), missing };
}

/** Where the text of a member ends, the blank lines and comments behind it not counted. */
function endOf({ key, value }: Pair): number {
  if (isMap(value) && value.flow !== true) {
    const last = value.items.at(-1);
    return last === undefined ? 0 : endOf(last);
  }
  const range = rangeOf(value) ?? rangeOf(key);
  return Math.max(rangeOf(key)?.[1] ?? 0, (range?.[1] ?? 1) - 1);
}

const rangeOf = (node: unknown): Range | null => (isNode(node) ? (node.range ?? null) : null);

/** The beginning of the line behind the one that an offset is in. */
function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at + 1;
}
