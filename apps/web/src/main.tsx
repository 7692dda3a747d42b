/** The entry of the app. */
import { createRoot } from "react-dom/client"
import "./styles/tokens.css"
import "./styles/fonts.css"
import "./styles/base.css"
import { App } from "./app/App.tsx"
import { followTheme } from "./app/theme.ts"

followTheme()
const root = document.getElementById("root")
if (root === null) throw new Error("the page has no element for the app")
createRoot(root).render(<App />)
