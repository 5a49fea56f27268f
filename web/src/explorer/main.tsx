// First: the editor asks for its workers as soon as it is loaded.
import "graphiql/setup-workers/vite";

import "graphiql/style.css";
import "./explorer.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Explorer } from "./explorer";

const place = document.getElementById("explorer");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Explorer />
    </StrictMode>,
  );
}
