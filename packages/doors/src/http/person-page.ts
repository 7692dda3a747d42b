/**
 * Pages that a person meets on the way into the app, such as that of a link that is over: they look as the app does, in its colours
 * of the dark and of the light (apps/web/src/styles/tokens.css), and need no script, no file and no request.
 */
const STYLE = `:root{color-scheme:dark light;--ground:#0b1315;--page:#0f191b;--raised:#172427;--line:#223134;--text:#dbe5e3;--soft:#98aaa8;--kelp:#45bfad;--kelp-fill:#16766a;--on-kelp:#f2fffc}
@media(prefers-color-scheme:light){:root{--ground:#e9eeec;--page:#f8faf9;--raised:#fff;--line:#d3dcd9;--text:#13211f;--soft:#4c5f5c;--kelp:#0a6a5f;--kelp-fill:#0c6f64;--on-kelp:#fff}}
*{box-sizing:border-box;margin:0}body{min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--text);font:14px/22px system-ui,sans-serif}
[hidden]{display:none}main{display:grid;gap:12px;width:min(100%,440px);padding:24px;border:1px solid var(--line);border-radius:4px;background:var(--page);overflow-wrap:anywhere}
.name{display:flex;gap:8px;align-items:center;color:var(--soft);font-weight:520}h1{font-size:18px;font-weight:660;line-height:26px}
dl{display:grid;gap:4px}dt{color:var(--soft)}dd{margin-bottom:8px}dd:last-child{margin-bottom:0}code{font:13px/20px ui-monospace,monospace}
dd code{display:block;padding:8px 12px;border:1px solid var(--line);border-radius:4px;background:var(--raised)}
a{display:flex;align-items:center;justify-content:center;min-height:44px;border-radius:4px;background:var(--kelp-fill);color:var(--on-kelp);font-weight:520;text-decoration:none}
a:hover{filter:brightness(1.08)}a:focus-visible{outline:2px solid var(--kelp);outline-offset:2px}`

const MARK = `<svg width="20" height="20" viewBox="0 0 32 32" fill="none" stroke="#2aa393" stroke-width="2.6" stroke-linecap="round" aria-hidden="true"><path d="M16 4v15.2M16 19.2c-2.4 0-6.4 2.4-9.6 8M16 19.2c2.4 0 6.4 2.4 9.6 8M16 19.2v8M10.4 9.6 16 13.6l5.6-4"/></svg>`

/** Commands to run on the server, for each kind of device. */
export const WAYS_IN = `<dl><dt>A link for any browser</dt><dd><code>holdfast open</code></dd><dt>A link and a code for a phone</dt><dd><code>holdfast pair</code></dd></dl>`

/** The part of a page that a person reads: what has happened, and what to do. Its body is written as it is. */
export function personPart(heading: string, body: string): string {
  return `<main><p class="name">${MARK}Holdfast</p><h1>${heading}</h1>${body}</main>`
}

/** A whole page, whose body is written as it is; `attributes` are those of the document. */
export function personPage(title: string, body: string, attributes = ""): string {
  return `<!doctype html><html lang="en"${attributes}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body>${body}</body></html>`
}
