// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice Which standard a collection follows. One contract may follow both, so it is part of what names an asset.
enum Standard {
    Erc721,
    Erc1155
}

/// @notice What a receipt stands for.
/// @param standard The collection's.
/// @param collection The contract that holds the token; zero if there is no such receipt.
/// @param tokenId Which of its tokens.
struct Asset {
    Standard standard;
    address collection;
    uint256 tokenId;
}

/// @title IAssetVault
/// @notice Keeps ERC-721 and ERC-1155 tokens and hands out ERC-20 receipts for them, so that they can be in channels.
/// @dev Every token of every collection has a receipt contract of its own, at an address that is known before it stands: a channel
/// in it can be agreed on first. One unit of a receipt is one unit of the token: of an ERC-721 token there is one, of an ERC-1155
/// token as many as were brought. Who holds receipts takes the token out; nobody else can.
///
/// Tokens come in by the collection's own safe transfer to the vault. Its data says what for: empty gives the receipts to who
/// sent the token, anything else is abi.encode(ChannelTerms, uint8 party) and deposits them in that channel, in the same call.
/// A token that is moved here without the standard's hook is lost, as with any contract.
///
/// The vault trusts a collection with nothing but the collection's own tokens: what it lies about are receipts for them.
///
/// A collection may take a token back while it is here, as names do that expire. Receipts for an ERC-721 token that vanished so are
/// retired, by anyone or by the token's own return: they take nothing out, not even a token that later has the same number, and
/// that one gets a receipt contract of its own. Units of an ERC-1155 token cannot be told apart: if some vanish, no more come in
/// until as many are here as there are receipts, and who takes out last goes without.
interface IAssetVault {
    /// @notice A token came in.
    /// @param receipt Of which receipts were made.
    /// @param collection Where the token is from.
    /// @param tokenId Which one.
    /// @param to Who got the receipts; the vault itself if they went into a channel.
    /// @param amount How many.
    event Wrapped(
        address indexed receipt, address indexed collection, uint256 indexed tokenId, address to, uint256 amount
    );

    /// @notice A token went out.
    /// @param receipt Of which receipts were burnt.
    /// @param from Who held them.
    /// @param to Who got the token.
    /// @param amount How many.
    event Unwrapped(address indexed receipt, address indexed from, address indexed to, uint256 amount);

    /// @notice An ERC-721 token vanished from the vault: its receipts stand for nothing any more.
    /// @param receipt The receipt.
    /// @param collection Where the token was from.
    /// @param tokenId Which one.
    event ReceiptRetired(address indexed receipt, address indexed collection, uint256 indexed tokenId);

    /// @notice The collection does not show the vault as holding what it says to have sent.
    /// @param collection The collection.
    /// @param tokenId Which token.
    /// @param receipts How many receipts there would be.
    error NotBacked(address collection, uint256 tokenId, uint256 receipts);
    /// @notice A token that was made straight into the vault, or sent by the vault to itself: nobody would hold its receipts.
    error NoRecipient();
    /// @notice Not a receipt of this vault.
    /// @param receipt The address given.
    error UnknownReceipt(address receipt);
    /// @notice What the receipt stood for vanished from the vault.
    /// @param receipt The receipt.
    error Retired(address receipt);
    /// @notice There are no receipts for the token, or the vault holds it.
    /// @param collection The collection.
    /// @param tokenId Which token.
    error NotVanished(address collection, uint256 tokenId);
    /// @notice The channel that the data names is in another token.
    /// @param expected The token's receipt.
    /// @param given The channel's token.
    error WrongToken(address expected, address given);
    /// @notice A batch goes to its sender: only single transfers can name a channel.
    error BatchIntoChannel();

    /// @notice Burns receipts of the sender and sends the token.
    /// @param receipt Which.
    /// @param amount How many.
    /// @param to Who gets the token; a contract must take it, by its standard.
    function unwrap(address receipt, uint256 amount, address to) external;

    /// @notice Retires the receipts for an ERC-721 token that vanished from the vault. Anyone may; whoever has a token of the same
    /// number now does so before it names the token's receipt in a channel's terms.
    /// @param collection The collection.
    /// @param tokenId Which token.
    function retire(address collection, uint256 tokenId) external;

    /// @notice Where a token's receipt stands, or will stand once the token comes in.
    /// @param standard The collection's.
    /// @param collection The collection.
    /// @param tokenId Which token.
    /// @return The address.
    function receiptOf(Standard standard, address collection, uint256 tokenId) external view returns (address);

    /// @notice What a receipt stands for, or stood for; a collection of zero if it is none of this vault's.
    /// @param receipt The receipt.
    /// @return The token.
    function assetOf(address receipt) external view returns (Asset memory);
}
