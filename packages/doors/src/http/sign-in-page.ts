/**
 * The page of a one-time link: hands the browser its key and continues to the app (G-6), below the path that the link is at; and
 * what is said of a link that is over.
 *
 * The key is in the page and in no URL. The script is always the same, so that the policy can name it by its hash.
 */
import { createHash } from "node:crypto"
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { type HttpAnswer, text } from "./answer.ts"
import { PAGE_POLICY } from "./pages.ts"
import { personPage, personPart, WAYS_IN } from "./person-page.ts"

const HTML = "text/html; charset=utf-8"

const SCRIPT = `try{localStorage.setItem(${JSON.stringify(KEY_ITEM)}+location.pathname.replace(/\\/open$/,""),document.documentElement.dataset.key);location.replace("./")}catch{document.querySelector("div").hidden=false}`

const POLICY = `${PAGE_POLICY}; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`

const NO_SCRIPT = personPart(
  "Signing in needs JavaScript",
  `<p>Allow it for this page. The link has been used: make another one where the server runs.</p>${WAYS_IN}`,
)

const NO_PLACE = personPart(
  "This browser does not let this page store data",
  `<p>Signing in leaves a key in the browser. Allow that for this page, then make another link where the server runs.</p>${WAYS_IN}`,
)

const SIGN_IN = `<noscript>${NO_SCRIPT}</noscript><div hidden>${NO_PLACE}</div><script>${SCRIPT}</script>`

/** The answer with a key of letters, digits, `-` and `_`. */
export function signInPage(key: string): HttpAnswer {
  return text(personPage("Holdfast", SIGN_IN, ` data-key="${key}"`), HTML, { "content-security-policy": POLICY })
}

const OVER = personPage(
  "This link is over · Holdfast",
  personPart(
    "This link is over",
    `<p>It has been used or has expired: each link signs in once. If this browser is signed in already, open the app.</p><a href="./">Open the app</a><p>Otherwise make another link where the server runs:</p>${WAYS_IN}`,
  ),
)

/** What a person sees who opens a link once more, or too late: often on a phone, which may be signed in by it already. */
export function linkOverPage(): HttpAnswer {
  return { ...text(OVER, HTML, { "content-security-policy": PAGE_POLICY }), status: 401 }
}
