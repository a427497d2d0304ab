/** The page's only style sheet: no file from elsewhere, light and dark by the reader's system, and on paper. */
export const PLAN_PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --panel: #ffffff; --ink: #1d2129; --muted: #5f6672; --line: #e3e1dc; --accent: #b4471f; --wash: #f4f2ed;
  --create: #2f7d5b; --update: #2b6cb0; --unchanged: #94a1b2; --fold: #8a63b8; --left-out: #c98a1b;
  --warn: #fff6e4; --warn-line: #e5b964;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15171b; --panel: #1c1f25; --ink: #e8e9ec; --muted: #9aa2af; --line: #30343c; --accent: #f08a5d; --wash: #23272e;
    --create: #4fb58a; --update: #5fa3e6; --unchanged: #6b7686; --fold: #b18ce0; --left-out: #e0a93f;
    --warn: #2e2717; --warn-line: #7d6329;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.75rem; }
.kicker { margin: 0; color: var(--accent); font-weight: 600; font-size: .8rem; letter-spacing: .09em; text-transform: uppercase; }
h1 { margin: .15rem 0 .5rem; font-size: 2.3rem; line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
.lead { margin: 0; max-width: 46rem; font-size: 1.1rem; color: var(--muted); }
h2 { margin: 3.25rem 0 .4rem; font-size: 1.4rem; letter-spacing: -.01em; }
h3 { margin: 1.75rem 0 .35rem; font-size: 1.05rem; }
h2 + p, h3 + p { margin-top: 0; }
p, ul { max-width: 50rem; }
.note { color: var(--muted); }
a { color: var(--accent); text-underline-offset: .15em; }
code { font: .9em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
nav { position: sticky; top: 0; z-index: 3; background: var(--ground); border-bottom: 1px solid var(--line); margin-top: 1.75rem; }
nav ul { display: flex; gap: 1.4rem; max-width: 76rem; margin: 0 auto; padding: .7rem 1.5rem; list-style: none; overflow-x: auto; white-space: nowrap; font-size: .93rem; }
nav a { color: var(--muted); text-decoration: none; }
nav a:hover { color: var(--accent); }
section { scroll-margin-top: 3.2rem; }
dl.facts { display: flex; flex-wrap: wrap; gap: .6rem 2.5rem; margin: 1.4rem 0 0; }
dl.facts dt { color: var(--muted); font-size: .8rem; }
dl.facts dd { margin: 0; font-weight: 500; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; margin-top: 1rem; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem 1rem; }
.card h3 { margin: 0; font-size: .95rem; color: var(--muted); font-weight: 500; }
.card .total { font-size: 2.1rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.2; font-variant-numeric: tabular-nums; }
.card .total small { font-size: .9rem; font-weight: 400; color: var(--muted); letter-spacing: 0; }
svg.bar { display: block; width: 100%; height: .55rem; border-radius: .3rem; margin: .55rem 0 .65rem; background: var(--wash); }
svg.rate { display: inline-block; width: 4.5rem; height: .4rem; border-radius: .2rem; background: var(--line); margin-right: .6rem; vertical-align: middle; }
rect.create { fill: var(--create); } rect.update { fill: var(--update); } rect.unchanged { fill: var(--unchanged); } rect.fold { fill: var(--fold); } rect.left-out { fill: var(--left-out); } rect.filled { fill: var(--create); }
.legend { display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; margin: 0; font-size: .93rem; }
.legend dt::before { content: ""; display: inline-block; width: .65rem; height: .65rem; border-radius: .2rem; margin-right: .5rem; background: var(--unchanged); }
.legend dt.create::before, .verdict.create::before { background: var(--create); } .legend dt.update::before, .verdict.update::before { background: var(--update); }
.legend dt.fold::before, .verdict.fold::before { background: var(--fold); } .legend dt.left-out::before, .verdict.left-out::before { background: var(--left-out); }
.legend dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.legend .none { color: var(--muted); }
.panel { background: var(--warn); border: 1px solid var(--warn-line); border-radius: 10px; padding: .9rem 1.25rem; margin-top: 1.5rem; }
.panel h2 { margin: 0 0 .3rem; font-size: 1.1rem; }
.panel ul { margin: 0; padding-left: 1.2rem; }
.panel.fine { background: var(--panel); border-color: var(--line); }
.checklist { list-style: none; padding: 0; }
.checklist li { padding-left: 1.9rem; position: relative; margin: .4rem 0; }
.checklist li::before { content: ""; position: absolute; left: 0; top: .3rem; width: 1rem; height: 1rem; border: 1.5px solid var(--muted); border-radius: .2rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); margin-top: .75rem; }
#records .scroll { overflow: auto; max-height: min(46rem, 85vh); }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .5rem .9rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td, tfoot tr:last-child td { border-bottom: 0; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--wash); font-size: .8rem; font-weight: 600; color: var(--muted); white-space: nowrap; }
tbody th[scope] { background: var(--panel); font-size: .95rem; padding-top: 1.1rem; }
tfoot td { font-weight: 600; background: var(--wash); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.zero { color: color-mix(in srgb, var(--muted) 65%, var(--panel)); }
td.rule { min-width: 11rem; }
td small { display: block; color: var(--muted); font-size: .84rem; }
td.text { overflow-wrap: anywhere; min-width: 11rem; }
td.wide { min-width: 18rem; }
.verdict { white-space: nowrap; }
.verdict::before { content: ""; display: inline-block; width: .6rem; height: .6rem; border-radius: .2rem; margin-right: .5rem; background: var(--unchanged); }
form.filters { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-top: 1rem; }
form.filters label { display: grid; gap: .2rem; font-size: .8rem; color: var(--muted); min-width: 8.5rem; }
form.filters label.wide { flex: 1 1 14rem; }
select, input, button { font: inherit; font-size: .93rem; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 7px; padding: .42rem .6rem; max-width: 100%; height: 2.4rem; }
select { max-width: 17rem; }
button { cursor: pointer; }
button:hover, a.more:hover { border-color: var(--accent); }
button.open { border: 0; background: none; padding: 0 .35rem; height: auto; color: var(--accent); line-height: 1.5; }
th.open, td.open { width: 2rem; padding-right: 0; }
.percent { display: inline-block; min-width: 2.7rem; }
.shown { margin: .8rem 0 0; color: var(--muted); font-size: .92rem; }
tr.details > td { background: var(--wash); padding: .9rem 1.1rem 1.1rem; }
tr.details .inner { position: sticky; left: 1.1rem; max-width: calc(100vw - 4.5rem); overflow-x: auto; }
tr.details table { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; margin-bottom: .8rem; }
tr.details thead th { position: static; } tr.details td.text { min-width: 6rem; }
tr.details h4 { margin: .2rem 0 .4rem; font-size: .88rem; }
.more { margin-top: .8rem; }
footer { margin-top: 4rem; padding-bottom: 3rem; color: var(--muted); font-size: .88rem; }
@media (max-width: 40rem) {
  main, header, footer { padding-left: 1rem; padding-right: 1rem; } nav ul { padding-left: 1rem; padding-right: 1rem; gap: 1.1rem; }
  header { padding-top: 1.5rem; } h1 { font-size: 1.75rem; } h2 { margin-top: 2.5rem; }
  th, td { padding: .4rem .5rem; } table { font-size: .84rem; } thead th, thead th.n { white-space: normal; } td.text, td.rule { min-width: 7rem; }
  table.stacked thead { display: none; } table.stacked td { display: block; border: 0; padding: .1rem .65rem; min-width: 0; text-align: left; } table.stacked tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  form.filters label { flex: 1 1 40%; min-width: 0; } form.filters label.wide { flex-basis: 100%; } select { width: 100%; max-width: none; }
}
@media print {
  :root { --ground: #fff; --panel: #fff; --ink: #000; --muted: #444; --line: #bbb; --wash: #f1f1f1; --warn: #fff; --accent: #000; }
  body { font-size: 10pt; } a { text-decoration: none; } nav, form.filters, .more, .screen { display: none; } .scroll { max-height: none; overflow: visible; border-radius: 0; }
  thead th { position: static; } thead { display: table-header-group; } tr, .card, .panel { break-inside: avoid; } h2, h3 { break-after: avoid; } main, header, footer { max-width: none; padding: 0; }
  svg, .verdict::before, .legend dt::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
