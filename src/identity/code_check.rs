//! Whether a one-time code or a recovery code is right, and what is stored of both.

use entity::{
    Id,
    identity::{one_time_code_secret, recovery_code, user},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::SecretString;

use crate::kernel::{
    crypto::{DerivedPurpose, OneTimeCodeSecret, Place, RecoveryCode},
    error::Result,
    record::Written,
    write::Write,
};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// Whether a code is right: of the authenticator app, or a recovery code. A right one is used up. The row of the user has
/// to be locked, so that nobody uses a code twice at the same time.
///
/// # Errors
///
/// Those of the database; `INTERNAL` when the secret does not open.
pub async fn accept(write: &Write, user_id: Id<user::Entity>, code: &str) -> Result<bool> {
    if let Some(secret) = write.find::<one_time_code_secret::Entity>(secret_of(user_id)).await?
        && let Some(step) = accepted_step(write, &secret, code)?
    {
        let used = one_time_code_secret::ActiveModel { last_step: Set(step), ..Default::default() };
        write.update(secret.id, None, used).await?;
        return Ok(true);
    }
    let Some(code) = RecoveryCode::parse(code) else { return Ok(false) };
    let unused = Condition::all()
        .add(recovery_code::Column::UserId.eq(user_id))
        .add(recovery_code::Column::UsedAt.is_null());
    let message = code.message();
    let rows = write.find_all::<recovery_code::Entity>(unused).await?;
    let same = |row: &&recovery_code::Model| {
        write.keys().verify_mac(DerivedPurpose::TokenHash, &message, &row.code_mac)
    };
    let Some(row) = rows.iter().find(same) else { return Ok(false) };
    let used = recovery_code::ActiveModel { used_at: Set(Some(write.now())), ..Default::default() };
    write.update(row.id, None, used).await?;
    note(write, user_id, "user.use_recovery_code");
    write.emit("user.recovery_code_used", "USER", user_id.uuid()).await?;
    Ok(true)
}

/// The step whose code this is, by the secret of the row.
///
/// # Errors
///
/// `INTERNAL` when the secret does not open.
pub fn accepted_step(write: &Write, row: &one_time_code_secret::Model, code: &str) -> Result<Option<i64>> {
    let secret = write.keys().open_secret(&place(write.tenant_id(), row.id.uuid()), &row.secret)?;
    let typed: String = code.chars().filter(|character| *character != ' ').take(16).collect();
    Ok(OneTimeCodeSecret::from_bytes(&secret)?.accepts(&typed, write.now(), row.last_step))
}

/// Makes recovery codes, which replace those of before; they are to be shown once.
///
/// # Errors
///
/// Those of the database.
pub async fn new_recovery_codes(write: &Write, user_id: Id<user::Entity>) -> Result<Vec<SecretString>> {
    write.erase::<recovery_code::Entity>(codes_of(user_id)).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    let mut rows = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = RecoveryCode::generate()?;
        rows.push(recovery_code::ActiveModel {
            id: Set(write.new_id()),
            user_id: Set(user_id),
            code_mac: Set(write.keys().mac(DerivedPurpose::TokenHash, &code.message()).to_vec()),
            ..Default::default()
        });
        codes.push(code.expose());
    }
    write.insert_many(rows).await?;
    Ok(codes)
}

/// Erases the secret and the recovery codes of a user for good.
///
/// # Errors
///
/// Those of the database.
pub async fn forget(write: &Write, user_id: Id<user::Entity>) -> Result<()> {
    write.erase::<one_time_code_secret::Entity>(secret_of(user_id)).await?;
    write.erase::<recovery_code::Entity>(codes_of(user_id)).await
}

/// The row with the secret of a user.
pub fn secret_of(user_id: Id<user::Entity>) -> Condition {
    Condition::all().add(one_time_code_secret::Column::UserId.eq(user_id))
}

fn codes_of(user_id: Id<user::Entity>) -> Condition {
    Condition::all().add(recovery_code::Column::UserId.eq(user_id))
}

/// Makes and stores a secret of a user, who has none; it counts once it was confirmed.
///
/// # Errors
///
/// Those of the database.
pub async fn new_secret(write: &Write, user_id: Id<user::Entity>) -> Result<OneTimeCodeSecret> {
    let id = write.new_id::<one_time_code_secret::Entity>();
    let secret = OneTimeCodeSecret::generate()?;
    let sealed = write.keys().seal_secret(&place(write.tenant_id(), id.uuid()), secret.expose_bytes())?;
    write
        .insert(one_time_code_secret::ActiveModel {
            id: Set(id),
            user_id: Set(user_id),
            secret: Set(sealed),
            ..Default::default()
        })
        .await?;
    Ok(secret)
}

/// Where the secret of a row is sealed for.
pub const fn place(tenant_id: uuid::Uuid, row_id: uuid::Uuid) -> Place<'static> {
    Place { tenant_id, table: "one_time_code_secrets", column: "secret", row_id }
}

/// Puts a change of how a user proves who they are into the record.
pub fn note(write: &Write, user_id: Id<user::Entity>, operation: &'static str) {
    write.written(Written {
        operation,
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["oneTimeCode"],
    });
}
