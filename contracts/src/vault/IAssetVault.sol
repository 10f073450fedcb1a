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

    /// @notice The collection does not show the vault as holding what it says to have sent.
    error NotBacked(address collection, uint256 tokenId, uint256 receipts);
    /// @notice A token that was made straight into the vault, or sent by the vault to itself: nobody would hold its receipts.
    error NoRecipient();
    /// @notice Not a receipt of this vault.
    error UnknownReceipt(address receipt);
    /// @notice The channel that the data names is in another token.
    error WrongToken(address expected, address given);
    /// @notice A batch goes to its sender: only single transfers can name a channel.
    error BatchIntoChannel();

    /// @notice Burns receipts of the sender and sends the token.
    /// @param receipt Which.
    /// @param amount How many.
    /// @param to Who gets the token; a contract must take it, by its standard.
    function unwrap(address receipt, uint256 amount, address to) external;

    /// @notice Where a token's receipt stands, or will stand once the token comes in.
    function receiptOf(Standard standard, address collection, uint256 tokenId) external view returns (address);

    /// @notice What a receipt stands for; a collection of zero if it is none of this vault's.
    function assetOf(address receipt) external view returns (Asset memory);
}
