// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice What the vault asks of an ERC-721 collection.
interface IErc721 {
    /// @notice Who holds a token.
    function ownerOf(uint256 tokenId) external view returns (address);
    /// @notice Moves a token; a contract must say that it takes it.
    function safeTransferFrom(address from, address to, uint256 tokenId) external;
}

/// @notice What the vault asks of an ERC-1155 collection.
interface IErc1155 {
    /// @notice How many of a token an account holds.
    function balanceOf(address account, uint256 tokenId) external view returns (uint256);
    /// @notice Moves some of a token; a contract must say that it takes them.
    function safeTransferFrom(address from, address to, uint256 tokenId, uint256 amount, bytes calldata data) external;
}
