/** The words of a block: emphasis, code, links. Every token becomes an element or text; none becomes HTML. */
import { Fragment, use } from "react"
import type { ReactNode } from "react"
import type { Token, Tokens } from "marked"
import css from "./markdown.module.css"
import { withCharacters } from "./entities.ts"
import { hashOf, ShowFileContext } from "../files/shown-file.ts"
import { isOwnPicture, isToldBy, targetOf } from "./links.ts"

/** A link that says where it leads, unless its words do. */
function Link({ address, words, children }: { readonly address: string; readonly words: string; readonly children: ReactNode }) {
  const target = targetOf(withCharacters(address))
  if (target.kind === "text") {
    return (
      <span className={css["path"]} title={target.place}>
        {children}
        {isToldBy(words, target) ? null : <span className={css["place"]}> ({target.place})</span>}
      </span>
    )
  }
  return (
    <>
      <a href={target.href} title={target.href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
      {isToldBy(words, target) ? null : <span className={css["place"]}> ({target.place})</span>}
    </>
  )
}

function Picture({ href, text }: Tokens.Image) {
  const show = use(ShowFileContext)
  if (show !== undefined && hashOf(href) !== undefined)
    return show({ url: href, mediaType: "image/png", ...(text === "" ? {} : { filename: text }) })
  if (isOwnPicture(href)) return <img className={css["picture"]} src={href} alt={text} />
  return (
    <Link address={href} words={text}>
      {text === "" ? "Image" : `Image: ${text}`}
    </Link>
  )
}

const textOf = (token: Token): string => ("text" in token && typeof token.text === "string" ? token.text : token.raw)

function element(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>
    case "em":
      return <em>{inline(token.tokens)}</em>
    case "del":
      return <del>{inline(token.tokens)}</del>
    case "codespan":
      return <code dir="ltr">{textOf(token)}</code>
    case "br":
      return <br />
    case "link": {
      const { href, text, tokens } = token as Tokens.Link
      return (
        <Link address={href} words={text}>
          {inline(tokens)}
        </Link>
      )
    }
    case "image":
      return <Picture {...(token as Tokens.Image)} />
    case "text":
      if (token.tokens !== undefined && token.tokens.length > 0) return inline(token.tokens)
      return (token as Tokens.Text).escaped === true ? textOf(token) : withCharacters(textOf(token))
    case "escape":
      return textOf(token)
    default:
      return textOf(token)
  }
}

/** The elements of inline tokens. */
export function inline(tokens: ReadonlyArray<Token> = []): ReactNode {
  if (tokens.length === 1 && tokens[0] !== undefined) return element(tokens[0])
  return tokens.map((token, index) => <Fragment key={index}>{element(token)}</Fragment>)
}
