/** The files that go with a message, with thumbnails of images, each to be taken off. */
import { useCallback } from "react"
import { IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/icons.tsx"
import { sizeText } from "../ui/size.ts"
import styles from "./Attachments.module.css"
import type { Attached } from "./file-parts.ts"
import type { ComposerDraft } from "./use-composer-draft.ts"

/** Shows the files of a draft. */
export function AttachmentList({ draft: { files, kept } }: { readonly draft: ComposerDraft }) {
  if (files.length === 0) return null
  return (
    <ul className={styles["files"]} aria-label="Attached">
      {files.map((file) => (
        <li key={file.id} className={styles["file"]} data-attached={file.name}>
          <Thumbnail file={file} />
          <span className={styles["name"]} dir="auto" title={file.name}>
            {file.name}
          </span>
          <span className={styles["size"]}>{sizeText(file.blob.size)}</span>
          <IconButton
            icon="close"
            label={`Take ${file.name} off`}
            onClick={() => kept.setFiles((all) => all.filter(({ id }) => id !== file.id))}
          />
        </li>
      ))}
    </ul>
  )
}

function Thumbnail({ file: { blob, mediaType } }: { readonly file: Attached }) {
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(blob)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [blob],
  )
  return mediaType.startsWith("image/") ? (
    <img className={styles["thumbnail"]} ref={show} alt="" onError={hide} />
  ) : (
    <Icon name="file" />
  )
}

/** What is called an image and is none. */
function hide({ currentTarget }: { readonly currentTarget: HTMLImageElement }): void {
  currentTarget.hidden = true
}
