//! What every staff page and action begins and ends with: who it is, whether they may, the page
//! around the content, and the audit.

use shared::access::SignedIn;
use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::field::FieldProblem;
use shared::http::Method;
use shared::id::{FormToken, OrderNumber, WriteToken};
use shared::staff::{Action, AuditEntry, Member, Right};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::staff;

use super::door;
use crate::context::Context;
use crate::failure::Failure;
use crate::http::{FORM_TYPE, Reply, Request, form_pairs};
use crate::pages::staff::{Block, Cell, Field, FieldKind, Place, StaffPage};
use crate::storefront::pages::{frame, show};
use crate::world::{CommitError, Fault, Rows, World};

/// Somebody who proved who they are, at a route.
pub(super) struct Desk<'a> {
    /// The shop's.
    pub(super) settings: &'a Settings,
    /// What they sent.
    pub(super) request: &'a Request,
    /// Who they are. What they may do is known after [`Desk::load`].
    pub(super) who: SignedIn,
    right: Right,
    form_token: FormToken,
    form: Vec<(String, String)>,
}

impl<'a> Desk<'a> {
    /// Lets somebody in. A form must be one that their session was shown.
    pub(super) async fn open<W: World>(cx: &Context<'a, W>, right: Right) -> Result<Self, Failure> {
        let &Context {
            settings, request, ..
        } = cx;
        let who = door::sign_in(cx).await?;
        let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
        let form_token = FormToken::derive(&links.current, &who);
        let mut form = Vec::new();
        if request.method == Method::Post {
            if request.media_type() != FORM_TYPE {
                return Err(Refusal::MediaType(FORM_TYPE).into());
            }
            form = form_pairs(&String::from_utf8_lossy(&request.body)).collect();
            let given = form.iter().find(|(name, _)| name == "form_token");
            if !given.is_some_and(|(_, given)| form_token.is(&links.current, given)) {
                return Err(Refusal::StaleForm.into());
            }
        }
        Ok(Self {
            settings,
            request,
            who,
            right,
            form_token,
            form,
        })
    }

    /// What was typed into a field, `""` for nothing.
    pub(super) fn typed(&self, name: &str) -> &str {
        let mut named = self.form.iter().filter(|(given, _)| given == name);
        named.next().map_or("", |(_, value)| value.trim())
    }

    /// Reads what the page needs, in one round trip with whether they may see it; 403 when not.
    pub(super) async fn load<W: World>(
        &self,
        world: &W,
        reads: impl IntoIterator<Item = Statement>,
    ) -> Result<(Member, Vec<Rows>), Failure> {
        let mut statements = vec![staff::MEMBER.bind([self.who.email().into()])];
        statements.extend(reads);
        let mut rows = world.query(&statements).await?;
        if rows.len() != statements.len() {
            return Err(Fault::Rows("a result for each statement was expected".into()).into());
        }
        let member = rows.remove(0).first::<Member>()?;
        let Some(member) = member.filter(|member| member.may(self.right)) else {
            door::refuse(world, self.request, "their role does not include this");
            return Err(Refusal::NotAllowed.into());
        };
        Ok((member, rows))
    }

    /// Does something that only staff do: the rows, and its entry in the audit before them, which the
    /// schema refuses when they may not do it any more.
    pub(super) async fn act<W: World>(
        &self,
        world: &W,
        action: Action,
        subject: &str,
        detail: serde_json::Value,
        rows: impl IntoIterator<Item = Statement>,
    ) -> Result<(), Failure> {
        let now = world.now();
        let token = WriteToken::from_random(world.random());
        let entry = AuditEntry {
            token: &token,
            by: self.who.email(),
            action,
            subject,
            detail,
        };
        let mut statements = vec![entry.insert(now)];
        statements.extend(rows);
        match world.commit(&statements).await {
            Ok(_) => Ok(()),
            Err(CommitError::Fault(fault)) => Err(fault.into()),
            Err(CommitError::Guard(message)) => Err(stopped_by(message)),
            Err(CommitError::Lost(why)) => {
                let mine = staff::AUDIT_BY_TOKEN.bind([now.into(), (&token).into()]);
                let rows = world.query(&[mine]).await?;
                let is_there = rows.first().is_some_and(Rows::any);
                is_there
                    .then_some(())
                    .ok_or_else(|| Fault::Database(why).into())
            }
        }
    }

    /// A page for whoever is here.
    pub(super) fn page(
        &self,
        status: u16,
        member: &Member,
        title: impl Into<String>,
        blocks: Vec<Block>,
    ) -> Result<Reply, Failure> {
        let places = PLACES
            .iter()
            .filter(|(right, ..)| member.role.has(*right))
            .map(|(_, href, words)| Place {
                href,
                words,
                is_here: self.request.path == *href,
            });
        self.sheet(status, places.collect(), title.into(), blocks)
    }

    /// The page for somebody who is signed in and may not do this, or is not of the staff at all: as
    /// whom they are signed in, and the way out.
    pub(super) fn turned_away(&self) -> Result<Reply, Failure> {
        let refusal = Refusal::NotAllowed;
        let (status, _, title) = refusal.kind();
        let blocks = vec![
            Block::Facts {
                heading: "Who you are here".into(),
                facts: vec![("Signed in as", Cell::text(self.who.email().as_str()))],
            },
            Block::Text(refusal.detail()),
            Block::Notice(vec![
                Cell::text("Not you, or another account of yours?"),
                Cell::link("/staff/sign-out", "Sign out and sign in as somebody else"),
            ]),
        ];
        let start = Place {
            href: "/staff",
            words: "Back to the start",
            is_here: false,
        };
        self.sheet(status, vec![start], title.to_owned(), blocks)
    }

    fn sheet(
        &self,
        status: u16,
        places: Vec<Place>,
        title: String,
        blocks: Vec<Block>,
    ) -> Result<Reply, Failure> {
        let page = StaffPage {
            frame: frame(self.settings),
            who: self.who.email().as_str().to_owned(),
            places,
            title,
            form_token: self.form_token.reveal().to_owned(),
            blocks,
        };
        show(status, &page)
    }

    /// A field with what was typed into it, and what is wrong with that.
    pub(super) fn field(
        &self,
        name: &str,
        label: &str,
        kind: FieldKind,
        problems: &[FieldProblem],
    ) -> Field {
        let problem = problems.iter().find(|problem| problem.field == name);
        Field {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            value: self.typed(name).to_owned(),
            kind,
            required: true,
            error: problem.map(|problem| problem.message.clone()),
        }
    }
}

/// What somebody is told whose action the schema refused.
fn stopped_by(message: String) -> Failure {
    let guard = Guard::from_message(&message);
    if guard == Guard::StaffNotAllowed {
        return Refusal::NotAllowed.into();
    }
    if guard == Guard::CaseClosed {
        return Refusal::AlreadyDone("Somebody has closed this case.".into()).into();
    }
    if guard == Guard::AccountFixed {
        let outcome =
            "An account of this name or number is there already, or it is retired for good.";
        return Refusal::AlreadyDone(outcome.into()).into();
    }
    if guard == Guard::CouponMade {
        return Refusal::AlreadyDone("This coupon was made a moment ago.".into()).into();
    }
    if guard == Guard::CouponFixed {
        return Refusal::AlreadyDone("This coupon is stopped for good.".into()).into();
    }
    if guard == Guard::UseFixed {
        return Refusal::AlreadyDone("Somebody has given this use back.".into()).into();
    }
    Fault::Internal(message).into()
}

/// The order's number of a path. One that cannot be a number is as unknown as any other, and is told
/// to nobody who may not look.
pub(super) async fn number_of<W: World>(
    world: &W,
    desk: &Desk<'_>,
    number: &str,
) -> Result<OrderNumber, Failure> {
    if let Ok(number) = OrderNumber::parse(number) {
        return Ok(number);
    }
    desk.load(world, []).await?;
    Err(Refusal::OrderNotFound.into())
}

/// The rows of the first read of a page.
pub(super) fn first(rows: &[Rows]) -> Result<&Rows, Fault> {
    nth(rows, 0)
}

/// The rows of one of the reads of a page.
pub(super) fn nth(rows: &[Rows], index: usize) -> Result<&Rows, Fault> {
    rows.get(index)
        .ok_or_else(|| Fault::Rows("a result for each read was expected".into()))
}

/// Where staff may go.
const PLACES: [(Right, &str, &str); 6] = [
    (Right::Look, "/staff", "Proofs to review"),
    (Right::Look, "/staff/search", "Find an order"),
    (Right::Look, "/staff/cases", "Open cases"),
    (Right::Administer, "/staff/banks", "Bank accounts"),
    (Right::Administer, "/staff/coupons", "Coupons"),
    (Right::Administer, "/staff/people", "People"),
];
