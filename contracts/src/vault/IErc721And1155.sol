// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IErc721
/// @notice What the vault asks of an ERC-721 collection.
interface IErc721 {
    /// @notice Who holds a token.
    /// @param tokenId Which token.
    /// @return The holder.
    function ownerOf(uint256 tokenId) external view returns (address);
    /// @notice Moves a token; a contract must say that it takes it.
    /// @param from Who holds it.
    /// @param to Who gets it.
    /// @param tokenId Which token.
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
}

/// @title IErc1155
/// @notice What the vault asks of an ERC-1155 collection.
interface IErc1155 {
    /// @notice How many of a token an account holds.
    /// @param account Whose.
    /// @param tokenId Which token.
    /// @return How many.
    function balanceOf(address account, uint256 tokenId) external view returns (uint256);
    /// @notice Moves some of a token; a contract must say that it takes them.
    /// @param from Who holds them.
    /// @param to Who gets them.
    /// @param tokenId Which token.
    /// @param amount How many.
    /// @param data Passed on to a contract that gets them.
    function safeTransferFrom(address from, address to, uint256 tokenId, uint256 amount, bytes calldata data) external;
}
