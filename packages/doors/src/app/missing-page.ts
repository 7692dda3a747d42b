/** What is shown in place of the app where there is none: in a clone that was not built. */

/** The page; its policy is that of every answer. */
export function missingPage(version: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Holdfast</title></head><body><h1>Holdfast ${version}</h1><p>The hub is running; its app was not built. <code>npm run build</code> builds it.</p><p><code>holdfast ls</code> lists the sessions, <code>holdfast attach</code> opens one. <a href="docs">/docs</a> describes the HTTP API.</p></body></html>`
}
