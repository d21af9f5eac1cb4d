//! What each JSON route does, takes, answers and refuses.

use serde_json::Value as Json;
use shared::api::answer::{
    CouponAnswer, CreatedAnswer, EventAnswer, HealthAnswer, OrderAnswer, PaymentAnswer,
    ProductList, ProofAnswer, QuoteAnswer,
};
use shared::api::body::{CancelBody, EmailConfirmationBody, OrderBody, PaymentBody, QuoteBody};
use shared::api::refusal::Refusal as R;
use shared::api::route::Route;
use shared::email_code::CodeRefusal as C;
use shared::order::OrderRefusal as O;
use shared::proof::file::FileProblem;

use crate::document::Schemas;
use crate::examples;
use crate::problems::amount;

/// One operation, beyond what its line of the route table says.
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    /// Its schema, and an example where there is a useful one.
    pub(crate) body: Option<(Json, Option<Json>)>,
    pub(crate) body_optional: bool,
    pub(crate) media_type: &'static str,
    pub(crate) idempotency_key: bool,
    /// Names of parameters of the document, beyond the order's number.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) answers: Vec<Answer>,
    /// Beyond those that every route of its policy shares.
    pub(crate) refusals: Vec<R>,
    /// The statuses that our own troubles can give it.
    pub(crate) faults: &'static [u16],
}

/// An answer when it went well.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    pub(crate) schema: Json,
    pub(crate) example: Json,
    pub(crate) has_location: bool,
}

impl Operation {
    fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            body: None,
            body_optional: false,
            media_type: "application/json",
            idempotency_key: false,
            parameters: &[],
            answers: Vec::new(),
            refusals: Vec::new(),
            faults: &[500, 503],
        }
    }

    fn takes(mut self, schema: Json, example: Json) -> Self {
        self.body = Some((schema, Some(example)));
        self.refusing([
            R::MediaType(""),
            R::MalformedBody(String::new()),
            R::InvalidFields(Vec::new()),
        ])
    }

    fn once_per_key(mut self) -> Self {
        self.idempotency_key = true;
        self.refusing([R::IdempotencyKey(String::new()), R::IdempotencyKeyReused])
    }

    fn answers(
        mut self,
        status: u16,
        description: &'static str,
        schema: Json,
        example: Json,
    ) -> Self {
        self.answers.push(Answer {
            status,
            description,
            schema,
            example,
            has_location: false,
        });
        self
    }

    fn refusing(mut self, refusals: impl IntoIterator<Item = R>) -> Self {
        self.refusals.extend(refusals);
        self
    }
}

/// Describes a route; none for pages, which are for people.
pub(crate) fn operation(route: Route, schemas: &mut Schemas) -> Option<Operation> {
    let operation = match route {
        Route::ListProducts => list_products(schemas),
        Route::CreateQuote => create_quote(schemas),
        Route::LookUpCoupon => look_up_coupon(schemas),
        Route::CreateOrder => create_order(schemas),
        Route::ReadOrder => read_order(schemas),
        Route::SendEmailCode => send_email_code(schemas),
        Route::ConfirmEmail => confirm_email(schemas),
        Route::CreatePayment => create_payment(schemas),
        Route::CreateProof => create_proof(schemas),
        Route::CancelOrder => cancel_order(schemas),
        Route::ReplaceOrder => replace_order(schemas),
        Route::StripeWebhook => receive_event(
            schemas,
            "receive_stripe_event",
            "For Stripe's webhooks only",
        ),
        Route::PayPalWebhook => receive_event(
            schemas,
            "receive_paypal_event",
            "For PayPal's webhooks only",
        ),
        Route::Health => read_health(schemas),
        Route::ShopPage
        | Route::CheckoutPage
        | Route::SubmitCheckout
        | Route::OrderPage
        | Route::ReviewPage
        | Route::SubmitCodeRequest
        | Route::SubmitCode
        | Route::SubmitPayment
        | Route::SubmitProof
        | Route::CancelPage
        | Route::SubmitCancel
        | Route::ChangePage
        | Route::SubmitChange
        | Route::StripeReturn
        | Route::PayPalReturn
        | Route::Staff(_) => return None,
    };
    Some(operation)
}

fn list_products(schemas: &mut Schemas) -> Operation {
    let schema = schemas.answer::<ProductList>();
    Operation::new("list_products", "What can be bought").answers(
        200,
        "The catalogue.",
        schema,
        examples::product_list(),
    )
}

fn create_quote(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<QuoteAnswer>();
    Operation::new("create_quote", "What a cart costs; nothing is kept")
        .takes(schemas.body::<QuoteBody>(), examples::quote_body())
        .answers(200, "The price.", answer, examples::quote_answer())
        .refusing([R::InvalidFields(Vec::new())])
}

fn look_up_coupon(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<CouponAnswer>();
    let mut operation = Operation::new(
        "look_up_coupon",
        "Whether a coupon can be used for a product; nothing is reserved",
    )
    .answers(
        200,
        "The same for every code that cannot be used, whether it exists or not.",
        answer,
        examples::coupon_answer(),
    )
    .refusing([R::InvalidFields(Vec::new())]);
    operation.parameters = &["code", "product", "period_months", "currency"];
    operation
}

fn create_order(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<CreatedAnswer>();
    let mut operation = Operation::new("create_order", "Make an order")
        .takes(schemas.body::<OrderBody>(), examples::order_body())
        .once_per_key()
        .answers(
            201,
            "The order exists; its link is on its way by mail.",
            answer,
            examples::created_answer(),
        )
        .refusing([
            R::InvalidFields(Vec::new()),
            R::TotalChanged(amount()),
            R::TooManyOrders(1),
            R::DoorClosed,
        ]);
    for answer in &mut operation.answers {
        answer.has_location = true;
    }
    operation
}

fn read_order(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<OrderAnswer>();
    Operation::new("read_order", "Read an order")
        .answers(200, "The order.", answer, examples::order_answer())
        .refusing([R::OrderNotFound, R::DoorClosed])
}

fn send_email_code(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<OrderAnswer>();
    let mut operation = Operation::new(
        "send_email_code",
        "Send another code to the address of an order with a coupon; only the newest is good",
    )
    .answers(
        200,
        "The order as it is now: `email_confirmation` says when another one can be sent. Where nothing is to be confirmed nothing is sent.",
        answer,
        examples::awaiting_email(),
    )
    .refusing([
        R::IdempotencyKey(String::new()),
        R::OrderNotFound,
        R::DoorClosed,
        R::Order(O::Cancelled),
        R::Order(O::Expired),
        R::Code(C::TooSoon(0)),
        R::Code(C::NoMore),
    ]);
    // It has no body, so its key cannot be used for another one.
    operation.idempotency_key = true;
    operation
}

fn confirm_email(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<OrderAnswer>();
    Operation::new(
        "confirm_email",
        "Show that the address of an order with a coupon is the customer's; doing so again changes nothing",
    )
    .takes(
        schemas.body::<EmailConfirmationBody>(),
        examples::email_confirmation_body(),
    )
    .answers(
        200,
        "The order as it is now: it can be paid, or is confirmed if there is nothing to pay.",
        answer,
        examples::order_answer(),
    )
    .refusing([
        R::InvalidFields(Vec::new()),
        R::OrderNotFound,
        R::DoorClosed,
        R::Order(O::Cancelled),
        R::Order(O::Expired),
        R::Code(C::UsedUp(0)),
        R::Code(C::NoMore),
    ])
}

fn create_payment(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<PaymentAnswer>();
    Operation::new(
        "create_payment",
        "Begin a payment, or go on with the one that is under way",
    )
    .takes(schemas.body::<PaymentBody>(), examples::payment_body())
    .once_per_key()
    .answers(
        201,
        "Send the buyer to `redirect_url`; for a bank transfer, show the order's `transfer`.",
        answer,
        examples::payment_answer(),
    )
    .refusing([
        R::OrderNotFound,
        R::DoorClosed,
        R::MethodUnavailable,
        R::AmountTooSmall(amount()),
        R::AmountNotPayable,
        R::Order(O::AlreadyPaid),
        R::Order(O::Cancelled),
        R::Order(O::Expired),
        R::Order(O::PaymentLive),
        R::Order(O::InReview),
        R::Order(O::EmailUnconfirmed),
        R::PaymentUnresolved,
        R::PaymentProcessing,
        R::TooManyPayments,
        R::ProviderRefused,
        R::ProviderUnavailable,
    ])
}

fn create_proof(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<ProofAnswer>();
    let mut operation = Operation::new(
        "create_proof",
        "Hand in the document that shows a bank transfer; the same file is one proof",
    )
    .answers(
        201,
        "Staff look at it within 30 minutes.",
        answer,
        examples::proof_answer(),
    )
    .refusing([
        R::MediaType(""),
        R::MalformedBody(String::new()),
        R::InvalidFields(Vec::new()),
        R::File(FileProblem::Kind),
        R::OrderNotFound,
        R::DoorClosed,
        R::TooManyProofs,
        R::Order(O::AlreadyPaid),
        R::Order(O::Cancelled),
        R::Order(O::Expired),
        R::Order(O::NoTransfer),
    ]);
    let form = serde_json::json!({
        "type": "object",
        "required": ["bank_account", "file"],
        "properties": {
            "bank_account": {
                "type": "string",
                "description": "The `bank_account_id` of one of the accounts in the order's `transfer`.",
            },
            "file": {
                "type": "string",
                "format": "binary",
                "description": "A PNG, JPEG, WebP or PDF of at most 10 MiB, told by its content.",
            },
            "transfer_reference": {
                "type": "string",
                "maxLength": 64,
                "description": "What the buyer's bank calls the transfer.",
            },
        },
        "additionalProperties": false,
    });
    operation.body = Some((form, None));
    operation.media_type = "multipart/form-data";
    operation
}

fn cancel_order(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<OrderAnswer>();
    let mut operation = Operation::new(
        "cancel_order",
        "Cancel an unpaid order; cancelling it again changes nothing",
    )
    .takes(schemas.body::<CancelBody>(), examples::cancel_body())
    .answers(
        200,
        "The order as it is now.",
        answer,
        examples::cancelled_answer(),
    )
    .refusing([
        R::OrderNotFound,
        R::DoorClosed,
        R::Order(O::AlreadyPaid),
        R::Order(O::Expired),
        R::Order(O::InReview),
        R::PaymentUnresolved,
        R::PaymentProcessing,
    ]);
    operation.body_optional = true;
    operation
}

fn replace_order(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<CreatedAnswer>();
    let mut operation = Operation::new(
        "replace_order",
        "Replace an unpaid order by a new one; what was paid for it goes along in the same currency",
    )
    .takes(schemas.body::<OrderBody>(), examples::order_body())
    .once_per_key()
    .answers(
        201,
        "The new order exists, and the old one cannot be paid any more.",
        answer,
        examples::created_answer(),
    )
    .refusing([
        R::InvalidFields(Vec::new()),
        R::TotalChanged(amount()),
        R::OrderNotFound,
        R::DoorClosed,
        R::Order(O::AlreadyPaid),
        R::Order(O::Cancelled),
        R::Order(O::Expired),
        R::Order(O::Superseded),
        R::Order(O::InReview),
        R::PaymentUnresolved,
        R::PaymentProcessing,
        R::TooManyReplacements,
        R::TooManyOrders(1),
    ]);
    for answer in &mut operation.answers {
        answer.has_location = true;
    }
    operation
}

fn receive_event(schemas: &mut Schemas, id: &'static str, summary: &'static str) -> Operation {
    let mut operation = Operation::new(id, summary)
        .answers(
            200,
            "The event is stored with its effects.",
            schemas.answer::<EventAnswer>(),
            examples::event_answer(),
        )
        .refusing([R::BadSignature, R::BadEvent, R::DoorClosed]);
    let event =
        serde_json::json!({ "type": "object", "description": "One of the provider's events." });
    operation.body = Some((event, None));
    // Whatever keeps an event from being stored makes the provider send it again.
    operation.faults = &[503];
    operation
}

fn read_health(schemas: &mut Schemas) -> Operation {
    let answer = schemas.answer::<HealthAnswer>();
    Operation::new(
        "read_health",
        "Whether the doors are open and cron is alive",
    )
    .answers(
        200,
        "Orders can be made and paid.",
        answer.clone(),
        examples::healthy(),
    )
    .answers(
        503,
        "They cannot; or the database does not answer.",
        answer,
        examples::unhealthy(),
    )
}
