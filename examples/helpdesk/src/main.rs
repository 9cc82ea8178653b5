//! A helpdesk: customers send tickets with a file, agents answer them in the admin.

mod admin;
mod models;
mod site;
#[cfg(test)]
mod tests;
mod views;

use models::{Agent, Category, Comment, Customer, Tag, Ticket};
use nuages::prelude::*;
use nuages::project::SiteCommand;

nuages::static_files!();

nuages::urls! {
    submit: "/", Access::Public, form(views::submit);
    thanks(number: i32): "/thanks/{number}/", Access::Public, get(views::thanks);
    mine: "/mine/", Access::Login, get(views::mine);
    ticket(number: i32): "/tickets/{number}/", Access::Login, form(views::ticket);
    contact: "/contact/", Access::Public, form(views::contact);
}

const APP: AppConfig = AppConfig::new(
    "tickets",
    "Tickets",
    &[
        Customer::meta,
        Agent::meta,
        Category::meta,
        Tag::meta,
        Ticket::meta,
        Comment::meta,
    ],
    nuages::migrations!("tickets"),
);

static SITE: Project = Project::with_apps("Helpdesk", &nuages::apps![APP])
    .urls(urls)
    .admin(admin::register)
    .navigation(&[
        NavigationLink {
            label: "New ticket",
            url: "/",
        },
        NavigationLink {
            label: "My tickets",
            url: "/mine/",
        },
        NavigationLink {
            label: "Contact",
            url: "/contact/",
        },
    ])
    .logo(assets::LOGO_SVG)
    .favicon(assets::LOGO_SVG)
    .colors(assets::COLORS_CSS)
    .static_files(assets::FILES)
    .settings(&[&site::HELPDESK_EMAIL])
    .receivers(&[site::RECEIVERS])
    .middleware(nuages::middleware![site::helpdesk_header])
    .commands(&[SiteCommand::new::<site::CloseOld>()]);

fn main() -> std::process::ExitCode {
    nuages::commands::main(&SITE)
}
