/** What can be done with a recording: a link to this moment, and files. */
import type { ReactElement } from "react"
import { useHub } from "@holdfast/react"
import { useNotice } from "../app/notices.ts"
import { IconButton } from "../ui/Button.tsx"
import { Menu } from "../ui/Menu.tsx"
import type { MenuItem } from "../ui/menu-item.ts"
import { download } from "./download.ts"
import type { Film } from "./Film.ts"
import { momentAddress } from "./moment-address.ts"
import { RECORDING_FORMATS } from "./recording-formats.ts"

interface ExportMenuProps {
  readonly session: string
  readonly kind: string
  /** Absent where no moment is shown. */
  readonly film?: Film
}

/** The menu. */
export function ExportMenu({ session, kind, film }: ExportMenuProps): ReactElement {
  const { hub } = useHub()
  const tell = useNotice()
  const items = (): ReadonlyArray<MenuItem> => [
    ...(film === undefined
      ? []
      : [
          {
            title: "Copy link to this moment",
            icon: "link",
            run: () => {
              const address = momentAddress(session, film.get().seq)
              navigator.clipboard.writeText(address).then(
                () => tell("Copied a link to this moment"),
                () => tell(`The clipboard refused it: ${address}`),
              )
            },
          } as const,
          "line" as const,
        ]),
    ...RECORDING_FORMATS.filter(({ of }) => of === undefined || of === kind).map(
      ({ format, title }) =>
        ({
          title,
          icon: "download",
          run: () => {
            tell("Preparing the recording")
            download(hub.sessions, session, format).then(
              (size) => tell(`Downloaded the recording, ${size}`),
              (cause: unknown) =>
                tell(`The recording was not downloaded: ${cause instanceof Error ? cause.message : String(cause)}`),
            )
          },
        }) as const,
    ),
  ]
  return <Menu items={items} label="Recording" side="top" trigger={<IconButton icon="download" label="Recording" />} />
}
