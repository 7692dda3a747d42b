/** The entry of the app. */
import { createRoot } from "react-dom/client"
import "./styles/tokens.css"
import "./styles/fonts.css"
import "./styles/base.css"
import { App } from "./app/App.tsx"
import { followForgetting, forgetIfAsked } from "./app/forget.ts"
import { followLooks } from "./app/theme.ts"

followLooks()
followForgetting()
const root = document.getElementById("root")
if (root === null) throw new Error("the page has no element for the app")
const show = (): void => createRoot(root).render(<App />)
const forgetting = forgetIfAsked()
if (forgetting === undefined) show()
else {
  forgetting.catch((cause: unknown) => console.warn("what this browser keeps could not be removed:", cause)).finally(show)
}
