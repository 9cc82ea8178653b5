//! The admin of the helpdesk.

use crate::models::{
    Agent, Category, Comment, Customer, Tag, Ticket, tickets_agent as agent,
    tickets_category as category, tickets_comment as comment, tickets_customer as customer,
    tickets_tag as tag, tickets_ticket as ticket,
};
use nuages::admin::options::{Action, ActionRequest, ActionResult, Cell, annotate, computed};
use nuages::models::{Assignment, Condition, Query, count};
use nuages::prelude::*;
use nuages::records::Hooks;
use nuages::schema::auth_user as user;

pub fn register(site: AdminSite) -> AdminSite {
    site.register::<Customer>(|it| {
        it.list_display((customer::name, customer::email, customer::joined))
            .search_fields((customer::name, customer::email))
            .date_hierarchy(customer::joined)
    })
    .register::<Agent>(|it| {
        it.list_display((agent::user_id, agent::team, agent::phone))
            .list_filter((agent::team,))
            .search_fields((via(agent::user_id, user::username),))
            .autocomplete_fields((agent::user_id,))
    })
    .register::<Category>(|it| it.prepopulated_fields(category::slug, (category::name,)))
    .register::<Tag>(|it| it.search_fields((tag::name,)))
    .register::<Comment>(|it| {
        it.list_display((comment::text, comment::ticket_id, comment::author_id))
            .list_filter((comment::is_internal, comment::made_at))
            .exclude((comment::author_id,))
            .hooks(AUTHOR)
    })
    .register::<Ticket>(|it| {
        let comments = |it: ModelAdmin<Comment>| it.exclude((comment::author_id,)).hooks(AUTHOR);
        let urgent = computed(
            "urgent",
            (ticket::priority, ticket::status),
            |[level, status]| {
                Cell::Boolean(Some(
                    level.as_i64() >= Some(4) && status.as_str() != Some("closed"),
                ))
            },
        );
        let answers = annotate("comments", count(comment::ticket_id));
        it.list_display((
            ticket::number,
            ticket::subject,
            ticket::customer_id,
            urgent,
            answers,
        ))
        .list_filter((
            ticket::status,
            ticket::category_id,
            ticket::opened_at,
            Ticket::TAGS,
        ))
        .search_fields((ticket::subject, via(ticket::customer_id, customer::email)))
        .date_hierarchy(ticket::opened_at)
        .autocomplete_fields((ticket::customer_id, ticket::agent_id))
        .filter_horizontal((Ticket::TAGS,))
        .inlines([Inline::tabular::<Comment>(comments).extra(1)])
        .actions([Action::new("close_tickets", "Close tickets", close).permissions(&["close"])])
        .hooks(Hooks {
            queryset: Some(of_own_team),
            ..Hooks::NONE
        })
    })
}

/// Whoever adds a comment is its author.
const AUTHOR: Hooks = Hooks {
    save_model: Some(|conn, row, save| {
        if save.saving.created {
            row.set(comment::author_id, save.user.id);
        }
        save.save(conn, row)
    }),
    ..Hooks::NONE
};

fn close(conn: &mut Conn, request: &ActionRequest<'_>) -> Result<ActionResult> {
    let closed = request.update(conn, &[Assignment::new(ticket::status, "closed")])?;
    Ok(ActionResult::success(format!("Closed {closed} tickets.")))
}

/// Agents see the tickets of their team.
fn of_own_team(tickets: Query, user: &User) -> Query {
    if user.is_superuser {
        return tickets;
    }
    let own = Query::new(Agent::meta()).filter(Condition::new(agent::user_id, user.id));
    let team = via(ticket::agent_id, agent::team);
    tickets.filter(Condition::in_rows(team, own, agent::team))
}
