/** What a tab shows of a session, kept over a reload: the next attachment continues from its cursor. */
import type { HubModel, SavedView, SessionView } from "@holdfast/client/model"

const nameOf = (session: string): string => `shown ${session}`

/** The view of a session as this tab last showed it, and the seq from which it continues; it is kept when the page goes. */
export function resumed(model: HubModel, session: string): { readonly view: SessionView; readonly from: number | undefined } {
  const view = model.view(session)
  const kept = sessionStorage.getItem(nameOf(session))
  const saved = kept === null ? undefined : (JSON.parse(kept) as SavedView)
  if (saved !== undefined) view.restore(saved)
  addEventListener("pagehide", () => {
    const shown = view.save()
    if (shown !== undefined) sessionStorage.setItem(nameOf(session), JSON.stringify(shown))
  })
  return { view, from: saved?.seq }
}
