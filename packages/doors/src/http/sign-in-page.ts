/**
 * The page of a one-time link: hands the browser its key and continues to the app (G-6), below the path that the link is at; and
 * what is said of a link that is over.
 *
 * The key is in the page and in no URL. The script is always the same, so that the policy can name it by its hash.
 */
import { createHash } from "node:crypto"
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { type HttpAnswer, text } from "./answer.ts"
import { page, PAGE_POLICY } from "./pages.ts"

const SCRIPT = `try{localStorage.setItem(${JSON.stringify(KEY_ITEM)}+location.pathname.replace(/\\/open$/,""),document.documentElement.dataset.key);location.replace("./")}catch{document.body.textContent="This browser does not let this page store anything. Allow it, then open a new link: holdfast open"}`

const POLICY = `${PAGE_POLICY}; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`

/** The answer with a key of letters, digits, `-` and `_`. */
export function signInPage(key: string): HttpAnswer {
  return text(
    `<!doctype html><html lang="en" data-key="${key}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Holdfast</title></head><body><noscript>Signing in needs JavaScript.</noscript><script>${SCRIPT}</script></body></html>`,
    "text/html; charset=utf-8",
    { "content-security-policy": POLICY },
  )
}

const OVER = page(
  "Holdfast",
  `<h1>This link is over</h1><p>It has been used or has expired: each works once.</p><p><a href="./">Open the app</a>, if this browser is signed in.</p><p>Otherwise make another link where the server runs: <code>holdfast pair</code> for a phone, <code>holdfast open</code> for any browser.</p>`,
)

/** What a person sees who opens a link once more, or too late: often on a phone, which may be signed in by it already. */
export function linkOverPage(): HttpAnswer {
  return { ...text(OVER, "text/html; charset=utf-8", { "content-security-policy": PAGE_POLICY }), status: 401 }
}
