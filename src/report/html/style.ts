import { COLOURS } from './charts/chart.ts'

/**
 * Colours and fonts of charts, also of a chart in a separate file. The data colours are distinguishable with the usual
 * kinds of colour blindness (Okabe and Ito), and differ in lightness.
 */
export const CHART_STYLE: string = `
:root{color-scheme:light dark;
--page:#f6f7f9;--surface:#fff;--text:#1c2128;--muted:#59636e;--line:#d8dee4;--grid:#e7ebef;--axis:#8c959f;--accent:#0b5cad;
--pass:#176c30;--fail:#c4242b;--inconclusive:#8a5a00;--invalid:#6e40c9;
--pass-tint:#e6f4ea;--fail-tint:#fdecec;--inconclusive-tint:#fdf3dc;--invalid-tint:#f0eafc;
--c1:#0072b2;--c2:#d55e00;--c3:#009e73;--c4:#b0478f;--c5:#8a6d00;--c6:#3aa6dd;--c7:#59636e;--c8:#9c3f14;
--p50:#2b74b3;--p90:#74acdc;--p95:#aacfee;--p99:#d7e8f7;--p99-line:#6aa5d6;--limit:#c4242b;--mark:#59636e}
@media screen and (prefers-color-scheme:dark){:root{
--page:#0e1116;--surface:#161b22;--text:#e8edf2;--muted:#9aa5b1;--line:#30363d;--grid:#262c34;--axis:#6e7681;--accent:#6cb6ff;
--pass:#57c46f;--fail:#ff8078;--inconclusive:#e0ac3f;--invalid:#b794f6;
--pass-tint:#12261a;--fail-tint:#33171a;--inconclusive-tint:#2b2210;--invalid-tint:#231a36;
--c1:#5fb3ec;--c2:#ff9447;--c3:#3fd0a5;--c4:#e591c8;--c5:#e3c34c;--c6:#9ad8fb;--c7:#a9b3bd;--c8:#f0a58a;
--p50:#5aa5e3;--p90:#3b79ae;--p95:#2b587f;--p99:#1f3d57;--p99-line:#5f9fd3;--limit:#ff8078;--mark:#9aa5b1}}
.plot text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
.plot path{vector-effect:non-scaling-stroke}
.plot .bg{fill:var(--surface)}
.plot .f-tick-x,.plot .f-tick-y{fill:var(--muted)}.plot .s-grid{stroke:var(--grid)}.plot .s-axis{stroke:var(--axis)}
${COLOURS.map((name) => `.plot .f-${name},.swatch.f-${name}{fill:var(--${name})}.plot .s-${name}{stroke:var(--${name})}`).join('')}
.plot .s-p99{stroke:var(--p99-line)}
.plot text.f-limit,.plot text.f-pass,.plot text.f-mark{paint-order:stroke;stroke:var(--surface);stroke-width:4px}
`

/** Layout and texts of the page. */
export const PAGE_STYLE: string = `
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
h1,h2,h3,h4,p,dl,dd,ul,ol,figure,pre{margin:0}
h1{font-size:1.15rem;font-weight:650}h2{font-size:1.3rem;font-weight:650}h3{font-size:1.02rem;font-weight:650}h4{font-size:.92rem;font-weight:650}
a{color:var(--accent)}a:focus-visible,button:focus-visible,summary:focus-visible,input:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.wide{max-width:1180px;margin:0 auto;padding:0 20px}
.muted{color:var(--muted)}.small{font-size:.87rem}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--surface);padding:6px 10px;z-index:9}
.top{background:var(--surface);border-bottom:1px solid var(--line)}
.top .wide{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:baseline;padding-top:12px;padding-bottom:12px}
.runs{position:sticky;top:0;z-index:5;background:var(--surface);border-bottom:1px solid var(--line)}
.runs ul{display:flex;gap:4px;overflow-x:auto;list-style:none;padding-top:6px;padding-bottom:6px}
.runs a{display:block;white-space:nowrap;padding:4px 10px;border-radius:6px;text-decoration:none;color:var(--text)}
.runs a:hover{background:var(--page)}.runs time{color:var(--muted);font-size:.8rem}
main>section,.run{margin:26px 0 0}
.answer{border-left:6px solid var(--state);background:var(--tint);border-radius:8px;padding:18px 20px}
.answer h2{font-size:1.75rem;line-height:1.2;color:var(--state)}
.answer p{margin-top:4px}.answer h3{margin-top:12px}.answer ul{margin:2px 0 0;padding-left:1.1em;max-width:96ch}
.answer .findings{list-style:none;padding:0;margin-top:10px;display:grid;gap:8px}.cause{display:block;margin-top:2px}
.pass{--state:var(--pass);--tint:var(--pass-tint)}.fail{--state:var(--fail);--tint:var(--fail-tint)}
.inconclusive{--state:var(--inconclusive);--tint:var(--inconclusive-tint)}.invalid{--state:var(--invalid);--tint:var(--invalid-tint)}
.none{--state:var(--muted);--tint:var(--surface)}
.pill{display:inline-flex;align-items:center;gap:.35em;white-space:nowrap;font-weight:650;font-size:.84rem;color:var(--state);background:var(--tint);border:1px solid var(--state);border-radius:99px;padding:0 9px}
.dot{display:inline-block;width:.95em;text-align:center;font-weight:700;color:var(--state)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
.verdicts{display:grid;gap:10px;margin-top:12px}
.verdict{border-left:4px solid var(--state)}
.verdict header{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center}
.verdict h3{flex:1 1 16em;font-weight:600}
.text{white-space:pre-wrap;margin-top:8px}
.verdict .claim{margin-top:6px;font-weight:600}
.verdict ul{margin:4px 0 0;padding-left:1.2em}
.verdict footer{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin-top:8px;font-size:.87rem}
details>summary{cursor:pointer;color:var(--accent)}
details.fold>summary{padding:8px 0;color:var(--text);font-weight:600}
details.fold>summary .muted{font-weight:400}
button{font:inherit;font-size:.87rem;color:var(--text);background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:3px 10px;cursor:pointer}
button:hover{border-color:var(--axis)}
.run>h2{padding-top:6px;border-top:1px solid var(--line)}
.run>h2+p{margin-top:2px}
.block{margin-top:18px}.block>h3{margin-bottom:6px}
.block>ul{margin:4px 0 0;padding-left:1.2em;max-width:92ch}.block>p{max-width:92ch}.block>p+p{margin-top:4px}.block>.charts+p,.block>.charts+ul,.block>.scroll+ul,.block>ul+.scroll,.block>.scroll+.scroll{margin-top:12px}
.figures{display:flex;flex-wrap:wrap;gap:8px 26px;margin:8px 0 2px}
.figures div{min-width:5.2em}.figures dt{color:var(--muted);font-size:.8rem}.figures dd{font-size:1.12rem;font-weight:600;font-variant-numeric:tabular-nums}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:12px;margin-top:10px}
.charts.one{grid-template-columns:minmax(0,860px)}
.chart{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:10px 12px 8px;min-width:0;container-type:inline-size;break-inside:avoid}
.chart header{display:flex;flex-wrap:wrap;gap:0 12px;align-items:baseline;justify-content:space-between}
.chart .unit{color:var(--muted);font-size:.8rem}
.area{position:relative}
.plot{display:block;width:100%;height:auto;overflow:hidden}
.legend{display:flex;flex-wrap:wrap;gap:0 12px;list-style:none;padding:0;font-size:.82rem;color:var(--muted)}
.legend button{border:0;background:none;padding:2px 0;display:inline-flex;gap:5px;align-items:center;color:inherit;font-size:inherit}
.legend li{display:inline-flex;gap:5px;align-items:center}
.legend [aria-pressed=false]{text-decoration:line-through;opacity:.6}
.legend b{color:var(--text);font-variant-numeric:tabular-nums;font-weight:600}
.swatch{flex:none;width:14px;height:10px}
.chart details{font-size:.85rem;margin-top:4px}.chart .tools{float:right}
.scroll{overflow:auto;max-height:320px;margin-top:6px}.block .scroll{max-height:none}
table{border-collapse:collapse;width:100%;font-size:.87rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:4px 10px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:normal}
th{color:var(--muted);font-weight:600;white-space:nowrap}thead th{white-space:normal;vertical-align:bottom}tbody th{color:var(--text);font-weight:500}tbody th.word{white-space:normal}
td{white-space:nowrap}th.word,td.word{text-align:left;white-space:normal;overflow-wrap:break-word;max-width:26em}.long.word{overflow-wrap:anywhere;max-width:none}th.long{min-width:9em}td.long{min-width:18em}td p+p{margin-top:4px}
.cursor{stroke:var(--text);stroke-width:1;opacity:.7}.brush{fill:var(--accent);opacity:.15}
.timebar{display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center;margin-top:10px}
.timebar label{display:flex;gap:8px;align-items:center;flex:1 1 260px;font-size:.87rem;color:var(--muted)}
.timebar input{flex:1;min-width:120px;accent-color:var(--accent)}.timebar output{min-width:5em;color:var(--text);font-variant-numeric:tabular-nums}
.downloads{display:flex;flex-wrap:wrap;gap:4px 14px}p.downloads{margin-top:8px}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px}dl.facts dt{color:var(--muted)}
footer.end{margin:36px 0 28px;color:var(--muted);font-size:.84rem}
@container (max-width:460px){.plot text{font-size:16px}}
@container (max-width:360px){.plot text{font-size:19px}}
@container (min-width:640px){.plot text{font-size:10px}}
@container (min-width:760px){.plot text{font-size:8.5px}}
@media (max-width:560px){.wide{padding:0 12px}.answer{padding:14px}.answer h2{font-size:1.4rem}dl.facts{grid-template-columns:1fr}dl.facts dd{margin-bottom:6px}th,td{padding:4px 7px}}
@media print{
:root{--page:#fff;font-size:11.5px}body{font-size:1rem}.runs,.timebar,button,.downloads,.skip,.tools,.chart details{display:none!important}
.legend button{display:inline-flex!important}
details::details-content{content-visibility:visible!important;block-size:auto!important}
.charts{grid-template-columns:1fr 1fr}.scroll{max-height:none;overflow:visible}
.verdict,.card,tr{break-inside:avoid}h2,h3,h4{break-after:avoid}.answer,.pill{print-color-adjust:exact;-webkit-print-color-adjust:exact}.plot,.swatch{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
