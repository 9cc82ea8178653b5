//! Customers, agents, and their tickets.

use nuages::db::{Duration, IpAddress};
use nuages::models::FileKinds;
use nuages::prelude::*;
use nuages::schema::auth_user;

#[nuages::model(app = "tickets", ordering = ["name"])]
pub struct Customer {
    #[field(max_length = 100)]
    pub name: String,
    #[field(email, unique)]
    pub email: String,
    #[field(max_length = 30, blank)]
    pub phone: String,
    #[field(auto_now_add)]
    pub joined: NaiveDate,
}

#[nuages::model(app = "tickets", describe = named_by_user)]
pub struct Agent {
    #[field(on_delete = "cascade")]
    pub user: OneToOne<User>,
    #[field(choices = ["hardware", "software", "billing"], max_length = 10)]
    pub team: String,
    #[field(max_length = 30, blank)]
    pub phone: String,
}

fn named_by_user(agent: Description<Agent>) -> Description<Agent> {
    agent.display(via(tickets_agent::user_id, auth_user::username))
}

#[nuages::model(app = "tickets", ordering = ["name"], verbose_name_plural = "categories")]
pub struct Category {
    #[field(max_length = 50)]
    pub name: String,
    #[field(slug, unique)]
    pub slug: String,
}

#[nuages::model(app = "tickets", ordering = ["name"])]
pub struct Tag {
    #[field(max_length = 30, unique)]
    pub name: String,
}

#[nuages::model(
    app = "tickets",
    ordering = ["-opened_at"],
    display = "subject",
    constraints = [
        UniqueConstraint(fields = ["number"], name = "ticket_number"),
        CheckConstraint(check = "priority BETWEEN 1 AND 5", name = "priority_1_to_5"),
    ],
    indexes = [["status", "-opened_at"]],
    permissions = [("close_ticket", "Can close tickets")],
)]
pub struct Ticket {
    #[field(positive, editable = false, default = 0)]
    pub number: i32,
    #[field(max_length = 200)]
    pub subject: String,
    pub text: String,
    #[field(choices = ["open", "waiting", "closed"], max_length = 10, default = "open")]
    pub status: String,
    #[field(positive, min = 1, max = 5, default = 3)]
    pub priority: i16,
    #[field(on_delete = "protect", join = tickets_customer)]
    pub customer: ForeignKey<Customer>,
    #[field(on_delete = "protect", join = tickets_category)]
    pub category: ForeignKey<Category>,
    #[field(on_delete = "set_null", join = tickets_agent)]
    pub agent: Option<ForeignKey<Agent>>,
    #[field(auto_now_add)]
    pub opened_at: Timestamp,
    pub due_on: Option<NaiveDate>,
    pub time_spent: Option<Duration>,
    pub ip_address: Option<IpAddress>,
    #[field(file = "attachments/", kinds = FileKinds::PDF | FileKinds::PICTURE, blank)]
    pub attachment: String,
    #[field(blank)]
    pub tags: ManyToMany<Tag>,
}

#[nuages::model(app = "tickets", ordering = ["made_at"], display = "text")]
pub struct Comment {
    #[field(on_delete = "cascade", join = tickets_ticket, related_name = "comments")]
    pub ticket: ForeignKey<Ticket>,
    #[field(on_delete = "protect")]
    pub author: ForeignKey<User>,
    pub text: String,
    #[field(auto_now_add)]
    pub made_at: Timestamp,
    #[field(default = false)]
    pub is_internal: bool,
}
