//! `consentry user`: people of a tenant, as its operator needs them.

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Failure,
    database::{Server, Use, visit},
    key::Key,
    print,
    serve::{check, with_app},
};
use crate::{
    config::Config,
    identity::{
        invitation::invite_as_operator,
        role_catalogue::{SYSTEM_ROLES, SystemRole},
        user_creation::{NewAssignment, NewUser},
    },
    kernel::{app::App, error::Error},
};

/// What to do with people.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Invite somebody, such as the first owner of a tenant, and print the token that they accept with
    Invite(Invitation),
}

/// Whom to invite.
#[derive(Debug, Args)]
pub(super) struct Invitation {
    /// The tenant's slug
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// The e-mail address to sign in with
    #[arg(long)]
    email: String,
    /// The role, such as OWNER
    #[arg(long)]
    role: String,
}

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    let Request::Invite(invitation) = request;
    // Everything that the request alone can get wrong comes before the database.
    let role = SystemRole::of(&invitation.role).ok_or_else(|| {
        let known: Vec<&str> = SYSTEM_ROLES.iter().map(|role| role.key).collect();
        Failure::refused(format_args!(
            "the role `{}` is not known: take one of {}",
            invitation.role,
            known.join(", ")
        ))
    })?;
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        let (_, token) = with_app(&options, server.pooler(), provider, async |app| {
            invite(&app.with_invitation_time(config.invitation_time), &invitation, role).await
        })
        .await?;
        print(&format!("{}\n", token.expose_secret()))
    })
    .await
}

async fn invite(
    app: &App,
    invitation: &Invitation,
    role: &'static SystemRole,
) -> Result<SecretString, Failure> {
    let Invitation { tenant, email, .. } = invitation;
    let tenant_id = app.tenant_by_slug(tenant).await?.ok_or_else(|| {
        Failure::refused(format_args!("there is no active tenant with the slug `{tenant}`"))
    })?;
    let new = NewUser {
        email: email.clone(),
        roles: vec![NewAssignment { role: role.key, ..Default::default() }],
        ..Default::default()
    };
    let slot = app.operator("user.invite");
    let invited = slot.write_anonymous(tenant_id, |write| Box::pin(invite_as_operator(write, new))).await;
    match invited {
        Ok(invited) => Ok(invited.into_token()),
        Err(Error::Refused(refusal)) => Err(Failure::refused(format_args!("--email: {}", refusal.message))),
        Err(error) => Err(error.into()),
    }
}
