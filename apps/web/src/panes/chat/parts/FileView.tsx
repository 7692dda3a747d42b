/** A file of a message: a picture that this server keeps is shown, everything else is a link or a name. */
import { useHub } from "@holdfast/react"
import { tellNotice } from "../../../app/notices.ts"
import { saveFile } from "../../../app/save-file.ts"
import { sizeText } from "../../../ui/size.ts"
import { pictureSizes, readFile } from "../files/message-files.ts"
import { hashOf } from "../files/shown-file.ts"
import type { ShownFile } from "../files/shown-file.ts"
import { useMessageFile } from "../files/use-message-file.ts"
import { isOwnPicture, targetOf } from "../markdown/links.ts"
import css from "./parts.module.css"

const PICTURE = /^image\/(?:png|jpeg|gif|webp|avif)$/

/** Pixels that a picture takes at most. */
const WIDEST = 360
const HIGHEST = 280

interface FileProps {
  readonly session: string
  readonly file: ShownFile
}

/** A file. */
export function FileView({ session, file }: FileProps) {
  const { mediaType, url } = file
  const hash = hashOf(url)
  const isPicture = PICTURE.test(mediaType)
  if (hash !== undefined)
    return isPicture ? (
      <KeptPicture key={hash} session={session} file={file} hash={hash} />
    ) : (
      <KeptFile session={session} file={file} hash={hash} />
    )
  if (isPicture && isOwnPicture(url)) return <Shown address={url} file={file} />
  const target = targetOf(url)
  return (
    <span className={css["file"]} dir="auto">
      {target.kind === "text" ? (
        wordsOf(file)
      ) : (
        <a href={target.href} target="_blank" rel="noopener noreferrer">
          {wordsOf(file)}
        </a>
      )}
    </span>
  )
}

const nameOf = ({ filename, mediaType }: ShownFile): string => filename ?? (mediaType.startsWith("image/") ? "Image" : "File")

function wordsOf(file: ShownFile): string {
  const { mediaType, bytes } = file
  return `${nameOf(file)} (${mediaType}${bytes === undefined ? "" : `, ${sizeText(bytes)}`})`
}

/** A picture that leads to itself at its full size. */
function Shown({ address, file, hash = "" }: { readonly address: string; readonly file: ShownFile; readonly hash?: string }) {
  const [width, height] = pictureSizes.get(hash) ?? []
  const scale = width === undefined || height === undefined ? 1 : Math.min(1, WIDEST / width, HIGHEST / height)
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" className={css["picture"]}>
      <img
        src={address}
        alt={nameOf(file)}
        width={width === undefined ? undefined : Math.round(width * scale)}
        height={height === undefined ? undefined : Math.round(height * scale)}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
          if (hash !== "") pictureSizes.set(hash, [naturalWidth, naturalHeight])
        }}
      />
    </a>
  )
}

interface KeptProps extends FileProps {
  readonly hash: string
}

function KeptPicture({ session, file, hash }: KeptProps) {
  const { address, problem, again } = useMessageFile(session, hash)
  if (address !== undefined) return <Shown address={address} file={file} hash={hash} />
  return (
    <span className={css["file"]} dir="auto">
      {wordsOf(file)}
      {problem === undefined ? null : (
        <>
          <span className={css["soft"]}> {problem}. </span>
          <button type="button" className={css["rest"]} onClick={again}>
            Try again
          </button>
        </>
      )}
    </span>
  )
}

/** A file that is saved when it is asked for. */
function KeptFile({ session, file, hash }: KeptProps) {
  const { hub } = useHub()
  const save = (): void => {
    readFile(hub.http, session, hash).then(
      (blob) => saveFile(blob, nameOf(file)),
      (cause: unknown) => tellNotice(`${nameOf(file)}: ${cause instanceof Error ? cause.message : String(cause)}`),
    )
  }
  return (
    <span className={css["file"]} dir="auto">
      <button type="button" className={css["rest"]} onClick={save}>
        {wordsOf(file)}
      </button>
    </span>
  )
}
