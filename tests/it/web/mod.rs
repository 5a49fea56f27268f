//! What frontends build on: the generated hooks, four clients against the running server, and a schema that keeps its
//! word. And the frontends that there are: console and explorer, as the server has them and in a browser.

mod browser;
mod clients;
mod generated;
mod pages;
mod schema;
