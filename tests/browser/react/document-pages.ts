/** The examples of docs/react as modules of one bundle. */
import { readdirSync, readFileSync } from "node:fs"
import { examplesOf } from "@holdfast/testkit/document-examples"
import type { Modules } from "./bundle.ts"

const FOLDER = new URL("../../../docs/react/", import.meta.url)

/** The example of each page, by the page's name. */
const examples = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".md"))
  .map((name) => {
    const blocks = examplesOf(readFileSync(new URL(name, FOLDER), "utf8")).filter(({ language }) => language === "tsx")
    if (blocks.length !== 1) throw new Error(`docs/react/${name} has ${blocks.length} examples; one is run`)
    return { page: name.replace(/\.md$/, ""), body: blocks[0]?.body ?? "" }
  })

/** Names of the pages that have an example. */
export const DOCUMENTS: ReadonlyArray<string> = examples.map(({ page }) => page)

const NAME = "react-entry.ts"

const ENTRY = (beside: string): string => `
import { createElement as h } from "react"
import { createRoot } from "react-dom/client"
import { connect } from "@holdfast/client"
import { HoldfastProvider } from "@holdfast/react"
${DOCUMENTS.map((page, index) => `import * as page${index} from "./docs-${page}.tsx"`).join("\n")}
export * from ${JSON.stringify(beside)}

const pages = { ${DOCUMENTS.map((page, index) => `${JSON.stringify(page)}: page${index}`).join(", ")} }

/** Shows the example of a page: a whole application, or what stands below a provider. */
export function showDocument(page, session) {
  const { App, Example } = pages[page]
  const root = createRoot(document.body.appendChild(document.createElement("div")))
  root.render(App ? h(App) : h(HoldfastProvider, { client: () => connect("") }, h(Example, { session })))
}
`

/** The entry of a bundle that has every example and what the module at a path exports, and its modules. */
export function withDocuments(beside: string): readonly [entry: string, modules: Modules] {
  const modules = examples.map(({ page, body }) => [`docs-${page}.tsx`, body] as const)
  return [NAME, { ...Object.fromEntries(modules), [NAME]: ENTRY(beside) }]
}
