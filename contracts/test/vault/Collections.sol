// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ERC1155 } from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice A plain ERC-721 collection that anyone can mint from.
contract Paintings is ERC721("Paintings", "PAINT") {
    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function burn(uint256 tokenId) external {
        _burn(tokenId);
    }

    function safeMint(address to, uint256 tokenId) external {
        _safeMint(to, tokenId);
    }
}

/// @notice A plain ERC-1155 collection that anyone can mint from.
contract Cards is ERC1155("") {
    function mint(address to, uint256 tokenId, uint256 amount) external {
        _mint(to, tokenId, amount, "");
    }

    function mintWith(address to, uint256 tokenId, uint256 amount, bytes calldata data) external {
        _mint(to, tokenId, amount, data);
    }
}

/// @notice Calls the vault's hooks without moving anything.
contract Liar {
    address public ownerOf_;
    uint256 public balance;

    function pretend(address owner, uint256 balance_) external {
        (ownerOf_, balance) = (owner, balance_);
    }

    function ownerOf(uint256) external view returns (address) {
        return ownerOf_;
    }

    function balanceOf(address, uint256) external view returns (uint256) {
        return balance;
    }

    function say(address to, bytes calldata input) external {
        (bool ok, bytes memory answer) = to.call(input);
        if (!ok) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}

/// @notice A contract that takes no token.
contract Wall { }
