/**
 * The page's only script: filters the embedded records and shows them, a hundred at a time. Values reach the document as text alone, never as HTML, so that
 * nothing in them can act.
 */
export const PLAN_PAGE_SCRIPT = `
(() => {
  'use strict';
  const STEP = 100;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const rows = read('rows');
  const words = read('words');
  const form = document.getElementById('filters');
  const body = document.getElementById('record-rows');
  const shown = document.getElementById('shown');
  const more = document.getElementById('more');
  const count = (number) => number.toLocaleString('en-US');
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const texts = new Map();
  const textOf = (row) => {
    let text = texts.get(row);
    if (text === undefined) {
      text = [row.id, row.foldInto, row.matched, '#' + row.ordinal, ...row.values.flat(), ...row.notes.flat()].filter((part) => part !== null).join('\\n').toLowerCase();
      texts.set(row, text);
    }
    return text;
  };
  let found = [];
  let until = STEP;

  function search() {
    const wanted = { type: form.type.value, verdict: form.verdict.value, reason: form.reason.value, code: form.code.value, text: form.text.value.trim().toLowerCase() };
    found = rows.filter((row) =>
      (wanted.type === '' || row.type === wanted.type) &&
      (wanted.verdict === '' || row.verdict === wanted.verdict) &&
      (wanted.reason === '' || row.reason === wanted.reason) &&
      (wanted.code === '' || row.code === wanted.code || row.notes.some((note) => note[3] === wanted.code)) &&
      (wanted.text === '' || textOf(row).includes(wanted.text)));
    until = STEP;
    body.replaceChildren();
    draw(0);
  }

  function draw(from) {
    found.slice(from, until).forEach((row) => body.append(line(row)));
    const visible = Math.min(until, found.length);
    shown.textContent = found.length === 0 ? 'No record on this page fits these filters.' : 'Showing ' + count(visible) + ' of ' + count(found.length) + (found.length === 1 ? ' record' : ' records') + ' that fit.';
    more.hidden = visible >= found.length;
  }

  function line(row) {
    const tr = element('tr');
    const first = element('td', undefined, 'open screen');
    if (row.values.length + row.notes.length > 0) {
      const button = element('button', '▸', 'open');
      button.type = 'button';
      button.setAttribute('aria-expanded', 'false');
      button.setAttribute('aria-label', 'Details');
      button.addEventListener('click', () => toggle(tr, row, button));
      first.append(button);
    }
    tr.append(first);
    tr.append(element('td', words.types[row.type] || row.type));
    tr.append(element('td', count(row.ordinal), 'n'));
    const id = element('td', undefined, 'text');
    id.append(element('code', row.id === null ? 'no id' : row.id));
    id.append(element('small', row.from));
    tr.append(id);
    tr.append(cell(words.verdicts[row.verdict] || row.verdict, 'verdict ' + row.verdict));
    const why = element('td', undefined, 'text');
    if (row.reason !== null) why.append(element('span', words.reasons[row.reason] || row.reason));
    if (row.foldInto !== null) why.append(element('span', 'into '), element('code', row.foldInto));
    if (row.matched !== null) why.append(element('span', 'portal record '), element('code', row.matched));
    if (row.code !== null) why.append(element('small', row.code));
    tr.append(why);
    const lost = row.notes.filter((note) => note[2] !== 'changed').length;
    const changed = row.notes.length - lost;
    tr.append(element('td', row.values.length === 0 ? '' : count(row.values.length), 'n'));
    tr.append(element('td', changed === 0 ? '' : count(changed), 'n'));
    tr.append(element('td', lost === 0 ? '' : count(lost), 'n'));
    return tr;
  }

  function cell(text, className) {
    const td = element('td');
    td.append(element('span', text, className));
    return td;
  }

  function toggle(tr, row, button) {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!isOpen));
    button.textContent = isOpen ? '▸' : '▾';
    if (isOpen) {
      tr.nextElementSibling.remove();
      return;
    }
    const details = element('tr', undefined, 'details');
    const td = element('td');
    td.colSpan = tr.children.length;
    const inner = element('div', undefined, 'inner');
    td.append(inner);
    if (row.values.length > 0) {
      const isMatched = row.matched !== null;
      inner.append(element('h4', isMatched ? 'Written to the record in the portal' : 'Written'));
      inner.append(table(isMatched ? ['Property', 'Before', 'After'] : ['Property', 'Value'], row.values.map((value) => isMatched ? [value[0], value[1] === null ? '—' : value[1], value[2]] : [value[0], value[2]])));
    }
    if (row.notes.length > 0) {
      inner.append(element('h4', 'Values that are not written as they stand'));
      inner.append(table(['Property', 'In the source', 'Instead', 'Why'], row.notes.map((note) => [note[1], note[4], note[5] === null ? '—' : note[5], words.cells[note[3]] || note[3]])));
    }
    details.append(td);
    tr.after(details);
  }

  function table(headings, lines) {
    const made = element('table');
    const head = element('tr');
    headings.forEach((heading) => head.append(element('th', heading)));
    made.append(element('thead'));
    made.firstChild.append(head);
    const content = element('tbody');
    lines.forEach((cells) => {
      const tr = element('tr');
      cells.forEach((text) => tr.append(element('td', text, 'text')));
      content.append(tr);
    });
    made.append(content);
    return made;
  }

  form.addEventListener('input', search);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(search));
  more.addEventListener('click', () => { const from = until; until += STEP; draw(from); });
  // A count that links to its records.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-show]');
    if (link === null) return;
    form.reset();
    ['type', 'verdict', 'reason', 'code'].forEach((name) => { form[name].value = link.dataset[name] || ''; });
    search();
  });
  form.hidden = false;
  search();
})();
`;
