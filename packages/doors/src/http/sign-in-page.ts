/**
 * The page of a one-time link: hands the browser its key and continues to the app (G-6), below the path that the link is at.
 *
 * The key is in the page and in no URL. The script is always the same, so that the policy can name it by its hash.
 */
import { createHash } from "node:crypto"
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { type HttpAnswer, text } from "./answer.ts"
import { PAGE_POLICY } from "./pages.ts"

const SCRIPT = `try{localStorage.setItem(${JSON.stringify(KEY_ITEM)}+location.pathname.replace(/\\/open$/,""),document.documentElement.dataset.key);location.replace("./")}catch{document.body.textContent="This browser does not let this page store anything. Allow it, then open a new link: holdfast open"}`

const POLICY = `${PAGE_POLICY}; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`

/** The answer with a key of letters, digits, `-` and `_`. */
export function signInPage(key: string): HttpAnswer {
  return text(
    `<!doctype html><html lang="en" data-key="${key}"><head><meta charset="utf-8"><title>Holdfast</title></head><body><noscript>Signing in needs JavaScript.</noscript><script>${SCRIPT}</script></body></html>`,
    "text/html; charset=utf-8",
    { "content-security-policy": POLICY },
  )
}
