/** A file of a message: a picture that this server keeps is shown, everything else is a link or a name. */
import css from "./parts.module.css"
import { isOwnPicture, targetOf } from "../markdown/links.ts"
import { sizeText } from "../../../ui/size.ts"

/** What is shown of a file. */
export interface ShownFile {
  readonly mediaType: string
  readonly url: string
  readonly filename?: string | undefined
  readonly bytes?: number | undefined
}

const KEPT = /^files\/[0-9a-f]{64}$/
const PICTURE = /^image\/(?:png|jpeg|gif|webp|avif)$/

/** Where a file that the hub keeps is read, below the page's own address. */
export function keptAddress(session: string, url: string): string | undefined {
  if (!KEPT.test(url)) return undefined
  return new URL(`api/sessions/${encodeURIComponent(session)}/${url}`, document.baseURI).href
}

/** A file. */
export function FileView({ session, file }: { readonly session: string; readonly file: ShownFile }) {
  const { mediaType, url, filename, bytes } = file
  const kept = keptAddress(session, url)
  const name = filename ?? (mediaType.startsWith("image/") ? "Image" : "File")
  const size = bytes === undefined ? "" : `, ${sizeText(bytes)}`
  const own = kept ?? (isOwnPicture(url) ? url : undefined)
  if (own !== undefined && PICTURE.test(mediaType)) {
    return (
      <a href={own} target="_blank" rel="noopener noreferrer" className={css["picture"]}>
        <img src={own} alt={name} loading="lazy" />
      </a>
    )
  }
  const target = targetOf(url)
  const href = kept ?? (target.kind === "link" ? target.href : undefined)
  const words = `${name} (${mediaType}${size})`
  return (
    <p className={css["file"]} dir="auto">
      {href === undefined ? (
        words
      ) : (
        <a href={href} target="_blank" rel="noopener noreferrer" download={kept === undefined ? undefined : name}>
          {words}
        </a>
      )}
    </p>
  )
}
